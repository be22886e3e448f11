# Bring app/translations up to date with the sentences in the code and the templates.
# New sentences stand there untranslated; those that nobody says any more are left out.
set -e
found=$(mktemp)
trap 'rm -f "$found"' EXIT
.venv/bin/pybabel -q extract -F pyproject.toml -k lazy_gettext -k marked --sort-output --add-location=never \
  --omit-header --no-wrap -o "$found" app
for language in de fr es; do
  catalogue=app/translations/$language/LC_MESSAGES/messages.po
  if [ ! -f "$catalogue" ]; then
    mkdir -p "$(dirname "$catalogue")"
    .venv/bin/pybabel -q init -i "$found" -o "$catalogue" -l "$language" --no-wrap
  fi
  .venv/bin/pybabel -q update -i "$found" -o "$catalogue" -l "$language" --no-fuzzy-matching --ignore-obsolete \
    --omit-header --no-wrap
done
