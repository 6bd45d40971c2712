"""What is generated from the code: env.example and the reference pages."""
