"""What people see in a browser: pages made of what the node's questions answer. No rule of their own."""
