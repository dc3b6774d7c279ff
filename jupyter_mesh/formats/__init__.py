"""Values and what they look like elsewhere: files, Arrow, frames, records, pages."""
