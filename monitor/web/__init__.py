"""What this service answers over HTTP: pages for people, an API for programs, and the doors that bridges push to."""
