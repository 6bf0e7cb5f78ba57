"""What happens to an article between spider and database: one class a file."""
