"""HTTP and pages. No rule of its own."""
