"""Files that are never captured: they contain keys, passwords, tokens, or a history of what was typed.

All patterns are lower case and compared with the lower-case path.  A backup of such a file
(``id_rsa.bak``, ``kaggle.json~``) counts as the file.
"""

from __future__ import annotations

from gittrack.core.standard.later import re

# The whole name of a file.
_NAMES = frozenset(
    (
        # Shells, editors and interpreters: histories of what was typed.
        *("fish_history", ".lesshst", ".histfile", ".viminfo", "consolehost_history.txt"),
        # Machine learning services.
        *("kaggle.json", ".databrickscfg", ".modal.toml", ".comet.config"),
        # Clouds and infrastructure.
        *("application_default_credentials.json", ".boto", ".s3cfg", "rclone.conf", ".vault-token"),
        *("kubeconfig", ".dockercfg", ".terraformrc", "terraform.rc", "local.settings.json"),
        # Databases, packages, mail, the web.
        *(".pgpass", ".my.cnf", ".mylogin.cnf", ".netrc", "_netrc", ".pypirc", ".npmrc"),
        *(".htpasswd", ".git-credentials", ".renviron", "jupyter_server_config.json"),
        *("jupyter_notebook_config.json", "jupyter_cookie_secret"),
        # Usual names of files with secrets.
        *(".env", ".envrc", ".secrets", ".credentials", "token.json"),
        *(f"credentials.{end}" for end in ("json", "toml", "yml", "yaml", "ini", "db")),
        *(f"secrets.{end}" for end in ("json", "toml", "yml", "yaml", "ini", "env")),
        *("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_ecdsa_sk", "id_ed25519_sk"),
    )
)
# How the name of a file ends.
_ENDS = (
    *(".env", ".pem", ".key", ".p12", ".pfx", ".p8", ".jks", ".keystore", ".kdbx", ".ppk", ".ovpn"),
    *(".kubeconfig", ".tfvars", ".tfvars.json", ".tfstate"),
    *("_rsa", "_ecdsa", "_ed25519"),
)
# Patterns for the whole name of a file; `*` is any text.
_GLOBS = (
    *(".*_history", ".env.*", ".secrets.*", "kubeconfig.*", "secring.*"),
    *("client_secret*.json", "service-account*.json", "service_account*.json"),
    "*-firebase-adminsdk-*.json",
)
# The last parts of a path; a `/` at the end means every file in the folder.
_PATHS = (
    *(
        "huggingface/token",
        "huggingface/stored_tokens",
        ".huggingface/token",
        ".streamlit/secrets.toml",
    ),
    *("gh/hosts.yml", "glab-cli/config.yml", "github-copilot/hosts.json", ".cargo/credentials"),
    *("gcloud/credentials.db", "gcloud/access_tokens.db", "gcloud/legacy_credentials/"),
    *(".azure/", ".aws/credentials", ".aws/config", ".aws/sso/", ".ssh/", ".gnupg/"),
    *(".kube/config", ".docker/config.json"),
    *(".mlflow/credentials", ".snowflake/connections.toml", ".dbt/profiles.yml"),
    *(".terraform.d/credentials.tfrc.json", ".gem/credentials", ".composer/auth.json"),
    *(".ipython/profile_default/history.sqlite", ".config/op/config", ".oci/config"),
)
_PUBLIC_ENDS = (".example", ".sample", ".template", ".dist", ".pub")
# Without digits at its end, each name that `_BACKUP` finds ends with one of these.
_BACKUP_ENDS = (
    *("~", ".", "bak", "backup", "old", "orig", "save", "saved", "copy", "swo", "swp", "tmp"),
)
_BACKUP = r"(?:~|[._ -](?:bak|backup|old|orig|save|saved|copy|sw[op]|tmp)\d*|\.\d+)$"


def is_withheld(path: str) -> bool:
    """Return whether a file is of a kind that contains secrets, by its path; then it is never captured."""
    folder, _, name = path.lower().rpartition("/")
    name = name.strip("#")  # Emacs saves a file as #name#
    while not (name.endswith(_PUBLIC_ENDS) or ".example." in name):
        if _is_secret(f"/{folder}/{name}" if folder else f"/{name}", name):
            return True
        without_dot = name[1:] if name.endswith((".swp", ".swo")) and name[:1] == "." else name
        letters = without_dot.rstrip("0123456789")
        may_be_backup = not name.isascii() or letters.endswith(_BACKUP_ENDS)
        shorter = re.sub(_BACKUP, "", without_dot) if may_be_backup else without_dot
        if shorter == name:
            return False
        name = shorter
    return False


def _is_secret(path: str, name: str) -> bool:
    if name in _NAMES or name.endswith(_ENDS):
        return True
    if any(_fits(name, pattern) for pattern in _GLOBS):
        return True
    return any(
        f"/{part}" in path if part.endswith("/") else path.endswith(f"/{part}") for part in _PATHS
    )


def _fits(name: str, pattern: str) -> bool:
    """Return whether a name fits a pattern that has one or two ``*``."""
    start, *middle, end = pattern.split("*")
    if len(name) < len(start) + len(end) or not (name.startswith(start) and name.endswith(end)):
        return False
    return all(text in name[len(start) : len(name) - len(end)] for text in middle)
