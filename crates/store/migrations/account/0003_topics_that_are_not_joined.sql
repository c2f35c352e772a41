-- Since when a wanted topic is not joined, so that what it sent is missing; NULL while it is. ms
ALTER TABLE topics ADD COLUMN missing_since INTEGER;
