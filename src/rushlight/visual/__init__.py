"""What programs look like from outside: layers with their sizes and costs."""
