-- What other dialects read otherwise
--
-- Revision: 5b1c9a4e7d20
-- Revises: 1975ea83b712

-- alembic: upgrade
--no blank, and don't
CREATE TABLE labels (id int PRIMARY KEY, names text[] NOT NULL DEFAULT ARRAY['it''s', 'b']);
INSERT INTO labels VALUES (1, ARRAY[E'it\'s; ', 'b']), (2, '{}');
UPDATE labels SET names = names[1:2] WHERE names[1] LIKE '50\%' ESCAPE '\';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  --don't count, but in the body everything does
  NEW.names := ARRAY[NEW.names[1]];
  RETURN NEW;
END
$$;

-- alembic: downgrade
DROP FUNCTION touch();
DROP TABLE labels;
