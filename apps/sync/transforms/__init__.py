"""How a run of facts becomes the body of a request: one module for each format."""
