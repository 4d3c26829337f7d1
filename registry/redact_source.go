package registry

import "strings"

// hiddenSource stands in the place of what RedactSource takes out.
const hiddenSource = "redacted"

// RedactSource returns source, which is what somebody typed, fit for a log: quoted texts that look
// like secrets are taken out, and all quoted texts of a source that names a secret, as in
// config.password == "…". Names stay, also quoted ones: they tell what was asked for. A source
// that still looks like a secret is taken out whole.
func RedactSource(source string) string {
	parts := quotes(source)
	named := false
	for _, p := range parts {
		some, _ := secretName(p.text)
		named = named || some
	}
	var b strings.Builder
	for _, p := range parts {
		name, _ := secretName(p.text)
		if p.quote != 0 && (secretText(p.text) || named && !(name && plainName(p.text))) {
			p.text = hiddenSource
		}
		if p.quote != 0 {
			b.WriteByte(p.quote)
		}
		b.WriteString(p.text)
		if p.quote != 0 {
			b.WriteByte(p.quote)
		}
	}
	if secretText(b.String()) {
		return hiddenSource
	}
	return b.String()
}

// quotedPart is a stretch of source between quotes, or between two of these.
type quotedPart struct {
	quote byte // 0 outside of quotes
	text  string
}

// quotes takes source apart. A quote without its end ends with the source.
func quotes(source string) []quotedPart {
	var parts []quotedPart
	for source != "" {
		i := strings.IndexAny(source, "\"'`")
		if i < 0 {
			return append(parts, quotedPart{text: source})
		}
		parts = append(parts, quotedPart{text: source[:i]})
		quote, end := source[i], i+1
		for end < len(source) && source[end] != quote {
			if source[end] == '\\' && quote != '`' {
				end++
			}
			end++
		}
		end = min(end, len(source))
		parts = append(parts, quotedPart{quote, source[i+1 : end]})
		source = source[min(end+1, len(source)):]
	}
	return parts
}

// plainName reports whether s is a name and no more: of letters and what joins them.
func plainName(s string) bool {
	return strings.TrimFunc(s, func(r rune) bool {
		return r|0x20 >= 'a' && r|0x20 <= 'z' || r == '_' || r == '-' || r == '.'
	}) == ""
}
