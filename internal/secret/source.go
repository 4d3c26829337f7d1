package secret

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// hiddenSource stands in the place of what RedactSource takes out.
const hiddenSource = "redacted"

// RedactSource returns source, which is what somebody typed, fit for a log. Texts in quotes that
// look like secrets are taken out, and so are all texts and comments of a source that names a
// secret, as in config.password == "…". Names stay, also quoted ones: they tell what was asked for.
// A source that still looks like a secret is taken out whole. What no quotes enclose stays: names,
// and numbers.
func RedactSource(source string) string {
	parts := partsOf(source)
	named := namesSecret(parts)
	var b strings.Builder
	for _, p := range parts {
		switch {
		case p.hides(named):
			p.text = hiddenSource
		case p.is == aRest:
			p.end = ""
		}
		b.WriteString(p.open + p.text + p.end)
	}
	if In(b.String()) {
		return hiddenSource
	}
	return b.String()
}

// namesSecret reports whether a secret is named in the code of a source, or in its texts, also
// where several texts make the name.
func namesSecret(parts []sourcePart) bool {
	var texts strings.Builder
	for _, p := range parts {
		if slices.ContainsFunc(strings.FieldsFunc(p.value, outsideNames), func(name string) bool { return ByName(name) != 0 }) {
			return true
		}
		if p.is == aText {
			texts.WriteString(p.value)
		}
	}
	return ByName(texts.String()) != 0
}

// outsideNames reports whether r stands in no name of an expression, nor in those that people give
// to keys.
func outsideNames(r rune) bool {
	return r != '_' && r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

// sourcePart is a stretch of source of one kind.
type sourcePart struct {
	is        partKind
	open, end string // the signs around it
	text      string // as it was typed
	value     string // what it means
}

type partKind uint8

const (
	someCode partKind = iota
	aText             // in quotes
	aComment
	aRest // of a source that cannot be read: what is meant is not known
)

// hides reports whether p may hold a secret; named says that the source names one.
func (p *sourcePart) hides(named bool) bool {
	switch p.is {
	case aText:
		name := ByName(p.value) != 0
		return In(p.value) || named && !(name && plainName(p.value))
	case aComment, aRest:
		return named
	}
	return false
}

// partsOf takes source apart as expr-lang's lexer does, where that knows it: strings in single and
// double quotes, which end on their line and have Go's escapes; raw strings in backquotes, in which
// two of these stand for one; comments of both kinds.
func partsOf(source string) []sourcePart {
	var parts []sourcePart
	from := 0
	add := func(to, next int, p sourcePart) {
		if from < to {
			code := source[from:to]
			parts = append(parts, sourcePart{is: someCode, text: code, value: code})
		}
		parts = append(parts, p)
		from = next
	}
	for i := 0; i < len(source); {
		rest := source[i:]
		n, p := 0, sourcePart{}
		switch {
		case rest[0] == '"' || rest[0] == '\'':
			n, p = quotedPart(rest)
		case rest[0] == '`':
			n, p = rawPart(rest)
		case strings.HasPrefix(rest, "//"):
			n, p = commentPart(rest, "\n")
		case strings.HasPrefix(rest, "/*"):
			n, p = commentPart(rest, "*/")
		default:
			i++
			continue
		}
		add(i, i+n, p)
		i += n
	}
	if from < len(source) {
		code := source[from:]
		parts = append(parts, sourcePart{is: someCode, text: code, value: code})
	}
	return parts
}

// restPart is all of s, which begins with what opens a text or a comment that has no end.
func restPart(s, open, end string) (n int, p sourcePart) {
	rest := s[len(open):]
	return len(s), sourcePart{is: aRest, open: open, text: rest, end: end, value: rest}
}

// quotedPart is the string in quotes that s begins with.
func quotedPart(s string) (n int, p sourcePart) {
	var value strings.Builder
	quote, rest := s[0], s[1:]
	for rest != "" && rest[0] != '\n' {
		if rest[0] == quote {
			text := s[1 : len(s)-len(rest)]
			return len(text) + 2, sourcePart{is: aText, open: s[:1], text: text, end: s[:1], value: value.String()}
		}
		size, char, ok := escaped(rest, quote)
		if !ok {
			break
		}
		value.WriteString(char)
		rest = rest[size:]
	}
	return restPart(s, s[:1], s[:1])
}

// escaped is the first character of s within quotes, and how many bytes write it. It reads each escape that
// expr-lang does, also those that stand for nothing.
func escaped(s string, quote byte) (size int, char string, ok bool) {
	if s[0] != '\\' {
		_, n := utf8.DecodeRuneInString(s)
		return n, s[:n], true
	}
	if len(s) < 2 {
		return 0, "", false
	}
	digits, base := 0, 16
	size = 2
	switch c := s[1]; {
	case c == quote || c == '\\':
		return 2, s[1:2], true
	case strings.IndexByte("abfnrtv", c) >= 0:
		char, err := strconv.Unquote(`"` + s[:2] + `"`)
		return 2, char, err == nil
	case c >= '0' && c <= '7':
		digits, base, size = 3, 8, 1
	case c == 'x':
		digits = 2
	case c == 'u' && len(s) > 2 && s[2] == '{':
		digits = strings.IndexByte(s, '}') - 3
		if size = 3; digits < 1 || digits > 6 {
			return 0, "", false
		}
	case c == 'u':
		digits = 4
	case c == 'U':
		digits = 8
	default:
		return 0, "", false
	}
	if len(s) < size+digits {
		return 0, "", false
	}
	code, err := strconv.ParseUint(s[size:size+digits], base, 32)
	if err != nil {
		return 0, "", false
	}
	size += digits
	if strings.HasPrefix(s, `\u{`) {
		size++
	}
	return size, string(rune(code)), true
}

// rawPart is the string in backquotes that s begins with.
func rawPart(s string) (n int, p sourcePart) {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] != '`':
		case strings.HasPrefix(s[i:], "``"):
			i++
		default:
			return i + 1, sourcePart{is: aText, open: "`", text: s[1:i], end: "`", value: strings.ReplaceAll(s[1:i], "``", "`")}
		}
	}
	return restPart(s, s[:1], s[:1])
}

// commentPart is the comment that s begins with. One up to the end of the line may also end with the source.
func commentPart(s, end string) (n int, p sourcePart) {
	i := strings.Index(s[2:], end)
	switch {
	case i < 0 && end != "\n":
		return restPart(s, s[:2], end)
	case i < 0:
		return len(s), sourcePart{is: aComment, open: s[:2], text: s[2:], value: s[2:]}
	}
	text := s[2 : 2+i]
	return 2 + i + len(end), sourcePart{is: aComment, open: s[:2], text: text, end: end, value: text}
}

// plainName reports whether s is a name and no more: of letters and what joins them.
func plainName(s string) bool {
	return strings.TrimFunc(s, func(r rune) bool {
		return r|0x20 >= 'a' && r|0x20 <= 'z' || r == '_' || r == '-' || r == '.'
	}) == ""
}
