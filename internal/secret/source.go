package secret

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// placeholder replaces what RedactSource takes out.
const placeholder = "redacted"

// RedactSource returns source, an expression as somebody typed it, fit for a log. It replaces
// quoted texts that look like secrets, and every text and comment of a source that names a secret,
// as config.password == "…" does. Names stay, quoted ones too: they tell what was asked for. So do
// numbers. If the result still looks like a secret, all of it is replaced.
func RedactSource(source string) string {
	parts := splitSource(source)
	named := mentionsSecret(parts)
	var b strings.Builder
	for _, p := range parts {
		switch {
		case p.mayHoldSecret(named):
			p.text = placeholder
		case p.kind == unclosedSegment:
			p.close = ""
		}
		b.WriteString(p.open + p.text + p.close)
	}
	if In(b.String()) {
		return placeholder
	}
	return b.String()
}

// mentionsSecret reports whether the code or the texts of a source name a secret, all texts joined
// included.
func mentionsSecret(parts []segment) bool {
	var texts strings.Builder
	for _, p := range parts {
		if slices.ContainsFunc(strings.FieldsFunc(p.value, isNameSeparator), func(name string) bool { return ByName(name) != 0 }) {
			return true
		}
		if p.kind == textSegment {
			texts.WriteString(p.value)
		}
	}
	return ByName(texts.String()) != 0
}

// isNameSeparator reports whether r occurs neither in names nor in the usual keys.
func isNameSeparator(r rune) bool {
	return r != '_' && r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

// segment is a stretch of source of one kind.
type segment struct {
	kind        segmentKind
	open, close string // the delimiters
	text        string // what stands between them, as typed
	value       string // the same with its escapes resolved
}

type segmentKind uint8

const (
	codeSegment segmentKind = iota
	textSegment             // in quotes
	commentSegment
	unclosedSegment // a text or comment without an end, or with an invalid escape
)

// mayHoldSecret reports whether p may hold a secret. named says that the source mentions one.
func (p *segment) mayHoldSecret(named bool) bool {
	switch p.kind {
	case textSegment:
		name := ByName(p.value) != 0
		return In(p.value) || named && !(name && isPlainName(p.value))
	case commentSegment, unclosedSegment:
		return named
	}
	return false
}

// splitSource splits source where expr-lang's lexer does: into strings in single and double quotes,
// which end on their line and have Go's escapes; raw strings in backquotes, where two backquotes
// stand for one; comments of both kinds; and the code between them.
func splitSource(source string) []segment {
	var parts []segment
	from := 0
	add := func(to, next int, p segment) {
		if from < to {
			code := source[from:to]
			parts = append(parts, segment{kind: codeSegment, text: code, value: code})
		}
		parts = append(parts, p)
		from = next
	}
	for i := 0; i < len(source); {
		rest := source[i:]
		n, p := 0, segment{}
		switch {
		case rest[0] == '"' || rest[0] == '\'':
			n, p = scanQuoted(rest)
		case rest[0] == '`':
			n, p = scanRaw(rest)
		case strings.HasPrefix(rest, "//"):
			n, p = scanComment(rest, "\n")
		case strings.HasPrefix(rest, "/*"):
			n, p = scanComment(rest, "*/")
		default:
			i++
			continue
		}
		add(i, i+n, p)
		i += n
	}
	if from < len(source) {
		code := source[from:]
		parts = append(parts, segment{kind: codeSegment, text: code, value: code})
	}
	return parts
}

// scanUnclosed returns all of s as the text or comment that open begins and nothing ends.
func scanUnclosed(s, open, end string) (n int, p segment) {
	rest := s[len(open):]
	return len(s), segment{kind: unclosedSegment, open: open, text: rest, close: end, value: rest}
}

// scanQuoted returns the quoted string that s begins with, and its length.
func scanQuoted(s string) (n int, p segment) {
	var value strings.Builder
	quote, rest := s[0], s[1:]
	for rest != "" && rest[0] != '\n' {
		if rest[0] == quote {
			text := s[1 : len(s)-len(rest)]
			return len(text) + 2, segment{kind: textSegment, open: s[:1], text: text, close: s[:1], value: value.String()}
		}
		size, char, ok := unescape(rest, quote)
		if !ok {
			break
		}
		value.WriteString(char)
		rest = rest[size:]
	}
	return scanUnclosed(s, s[:1], s[:1])
}

// unescape returns the first character of s, which stands in quotes, and the length of its source.
// It accepts every escape that expr-lang does, invalid code points included.
func unescape(s string, quote byte) (size int, char string, ok bool) {
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

// scanRaw returns the raw string that s begins with, and its length.
func scanRaw(s string) (n int, p segment) {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] != '`':
		case strings.HasPrefix(s[i:], "``"):
			i++
		default:
			return i + 1, segment{kind: textSegment, open: "`", text: s[1:i], close: "`", value: strings.ReplaceAll(s[1:i], "``", "`")}
		}
	}
	return scanUnclosed(s, s[:1], s[:1])
}

// scanComment returns the comment that s begins with, and its length. A line comment may end with
// the source.
func scanComment(s, end string) (n int, p segment) {
	i := strings.Index(s[2:], end)
	switch {
	case i < 0 && end != "\n":
		return scanUnclosed(s, s[:2], end)
	case i < 0:
		return len(s), segment{kind: commentSegment, open: s[:2], text: s[2:], value: s[2:]}
	}
	text := s[2 : 2+i]
	return 2 + i + len(end), segment{kind: commentSegment, open: s[:2], text: text, close: end, value: text}
}

// isPlainName reports whether s consists of letters and the punctuation of names.
func isPlainName(s string) bool {
	return strings.TrimFunc(s, func(r rune) bool {
		return r|0x20 >= 'a' && r|0x20 <= 'z' || r == '_' || r == '-' || r == '.'
	}) == ""
}
