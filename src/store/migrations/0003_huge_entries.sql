-- The verdict on what a walk hands back for huge pages, apart from that on single pages.
ALTER TABLE walk ADD COLUMN pmd TEXT; -- JSON object as in the wire format's walk line; NULL where nothing is to be said.
