"""The case for cameras, in a browser: sites, their cases written part by part, and each step on them."""
