"""Several schools in one deployment: each a folder, a row of the database, and chats of its own."""
