-- Damaged patches, and what restoring them gave.

ALTER TABLE patch ADD COLUMN damaged TEXT REFERENCES blob (id); -- The text as the page has it, where that is damaged.
ALTER TABLE patch ADD COLUMN lost TEXT; -- What the page lost of it; JSON.
ALTER TABLE patch_outcome ADD COLUMN restored TEXT REFERENCES blob (id); -- The diff as restored, where the page had damaged it.
ALTER TABLE file_outcome ADD COLUMN old_id TEXT; -- Blob id of the pre-image that the patch names.
ALTER TABLE file_outcome ADD COLUMN repaired INTEGER NOT NULL DEFAULT 0 CHECK (repaired IN (0, 1)); -- Was its text restored?
ALTER TABLE file_outcome ADD COLUMN trials INTEGER NOT NULL DEFAULT 0; -- Results that restoring has hashed.

-- "consistent" said of intact text that its hunks went in exactly, which the hunks say; the word is restored text's now.
UPDATE file_outcome SET proof = 'intact' WHERE proof IN ('none', 'consistent');
UPDATE patch_outcome SET proof = 'intact' WHERE proof IN ('none', 'consistent');
