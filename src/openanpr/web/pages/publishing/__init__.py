"""What the public is shown, in a browser: the self assessment, and figures by month."""
