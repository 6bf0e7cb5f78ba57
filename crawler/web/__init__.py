"""The browser face: feeds, the newest alerts, stored versions. It only reads."""
