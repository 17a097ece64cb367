// @ts-check
/** The errors of documents.  Pure. */

/** An answer that says what is wrong, and what to do. */
export class DataError extends Error {
  /**
   * @param {string} message  what is wrong
   * @param {string} [hint]  what to do
   * @param {number | null} [column]  the place of the mistake in a query, from 1
   * @param {number} [status]  the status of HTTP; 0: the server does not answer
   */
  constructor(message, hint = "", column = null, status = 0) {
    super(message);
    this.hint = hint;
    this.column = column;
    this.status = status;
  }
}
