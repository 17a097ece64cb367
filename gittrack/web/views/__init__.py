"""The JSON documents of the page, one module each: values of runs in, plain values out."""
