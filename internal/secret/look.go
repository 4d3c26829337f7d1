package secret

import (
	"encoding/base64"
	"strings"
)

// In reports whether s holds what looks like a secret, whatever its name: a private key in
// PEM, a bearer or basic authorization, a JSON web token, a key with one of the prefixes that
// issuers give theirs so that they can be found, a URL or DSN with a password, an assignment to a
// password. One in the middle of a text hides the text.
//
// It looks closer only at characters that stand in each of these and seldom elsewhere: about a
// nanosecond a byte, and fifty where a text has little else.
func In(s string) bool { return InRange(s, 0, len(s)) }

// InRange is In of the places of s from lo to hi.
func InRange(s string, lo, hi int) bool {
	// Nothing shorter is one: "Bearer x" tells nothing.
	if len(s) < 10 {
		return false
	}
	for i := lo; i < hi; i++ {
		switch s[i] {
		case '-', ' ', 'J', 'I', 'z', '_', ':', '@', '=':
			if secretAt(s[i], s[max(0, i-around):i], s[i+1:min(len(s), i+1+around)]) {
				return true
			}
		}
	}
	return false
}

// around is how far before and after a character a secret is looked for: web tokens and the
// passwords that clouds make can have some kilobytes.
const around = 4 << 10

// secretAt is In of one place: the character c with what stands before and after it.
func secretAt(c byte, before, after string) bool {
	switch c {
	case '-':
		return strings.HasPrefix(after, "----") && strings.HasSuffix(before, "PRIVATE KEY") && strings.Contains(before, "-----BEGIN ") ||
			issued(before, after, dashed)
	case '_':
		return issued(before, after, scored)
	case ' ':
		return endsFold(before, "bearer") && run(after, tokenChar) >= 6 ||
			endsFold(before, "basic") && basic(after)
	case 'J':
		return webToken(before, after)
	case 'I':
		// Identifiers of AWS access keys: AKIA or ASIA and 16 characters.
		at := len(before) - 2
		return at >= 0 && (before[at:] == "AK" || before[at:] == "AS") && border(before[:at]) &&
			strings.HasPrefix(after, "A") && run(after[1:], upperChar) >= 16
	case 'z':
		// Google's keys: AIza and 35 characters.
		at := len(before) - 2
		return at >= 0 && before[at:] == "AI" && border(before[:at]) &&
			strings.HasPrefix(after, "a") && run(after[1:], urlChar) >= 30
	case '@':
		return (strings.HasPrefix(after, "tcp(") || strings.HasPrefix(after, "unix(")) &&
			withPassword(lastWord(before[max(0, len(before)-maxUser):]))
	case ':':
		if strings.HasPrefix(after, "//") {
			authority := after[2:]
			user, _, ok := strings.Cut(authority[:run(authority, authorityChar)], "@")
			return ok && withPassword(user)
		}
		return assigned(strings.TrimRight(before, " "), strings.TrimLeft(after, " "), passwordNames)
	case '=':
		return assigned(before, after, passwordNames) || assigned(before, after, tokenNames)
	}
	return false
}

// prefixes of keys, by the character that ends them: without it, and how many characters follow at
// least.
var (
	dashed = map[string]int{"glpat": 16, "xoxa": 10, "xoxb": 10, "xoxp": 10, "xoxr": 10, "xoxs": 10, "sk": 20}
	scored = map[string]int{
		"ghp": 20, "gho": 20, "ghu": 20, "ghs": 20, "ghr": 20, "github_pat": 20, "npm": 20,
		"sk_live": 10, "rk_live": 10, "sk_test": 10, "rk_test": 10,
	}
)

func issued(before, after string, prefixes map[string]int) bool {
	at := len(before)
	for at > 0 && (alnum(before[at-1]) || before[at-1] == '_') && len(before)-at < 12 {
		at--
	}
	n, ok := prefixes[before[at:]]
	return ok && run(after, urlChar) >= n
}

// webToken is eyJ (the base64 of {") and the rest of a JSON web token: two or more parts with dots
// between.
func webToken(before, after string) bool {
	at := len(before) - 2
	if at < 0 || before[at:] != "ey" || !border(before[:at]) {
		return false
	}
	head := run(after, urlChar)
	return head >= 8 && head < len(after) && after[head] == '.' && run(after[head+1:], urlChar) >= 8
}

// maxUser is how long a user and a password are before the @ of a DSN. Every @ may be one.
const maxUser = 1 << 10

// lastWord is what s ends with, after the last character that cannot be in a DSN's user and
// password.
func lastWord(s string) string {
	i := len(s)
	for i > 0 && s[i-1] > ' ' && s[i-1] != '"' && s[i-1] != '\'' && s[i-1] != '/' && s[i-1] != '=' {
		i--
	}
	return s[i:]
}

// withPassword reports whether user is user:password.
func withPassword(user string) bool {
	_, password, ok := strings.Cut(user, ":")
	return ok && password != "" && !masked(password)
}

// masked reports whether a password is only what stands in place of one: in our own text of a URL,
// in that of url.URL.Redacted, in the errors of net/http.
func masked(password string) bool {
	return password == "…" || password == "xxxxx" || password == "***"
}

var (
	passwordNames = []string{"password", "passwd", "pwd", "secret", "api_key", "apikey", "api-key", "access_key", "secret_key", "private_key"}
	tokenNames    = []string{"token"}
)

// assigned reports whether what stands before and after a = or : is one of those names and a value.
func assigned(before, after string, names []string) bool {
	before, after = strings.TrimRight(before, `"'`), strings.TrimLeft(after, `"'`)
	for _, name := range names {
		if endsFold(before, name) {
			return run(after, valueChar) >= 3
		}
	}
	return false
}

// basic reports whether after begins with the base64 of user:password.
func basic(after string) bool {
	b, err := base64.RawStdEncoding.DecodeString(after[:run(after, base64Char)])
	return err == nil && strings.IndexByte(string(b), ':') >= 0
}

// border reports whether a word may begin after before.
func border(before string) bool {
	return before == "" || !alnum(before[len(before)-1])
}

func endsFold(s, end string) bool {
	return len(s) >= len(end) && strings.EqualFold(s[len(s)-len(end):], end)
}

// run is how many characters of that kind s begins with.
func run(s string, char func(byte) bool) int {
	for i := range len(s) {
		if !char(s[i]) {
			return i
		}
	}
	return len(s)
}

func alnum(c byte) bool         { return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' }
func upperChar(c byte) bool     { return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' }
func urlChar(c byte) bool       { return alnum(c) || c == '-' || c == '_' }
func tokenChar(c byte) bool     { return urlChar(c) || strings.IndexByte("._~+/=", c) >= 0 }
func base64Char(c byte) bool    { return alnum(c) || c == '+' || c == '/' }
func authorityChar(c byte) bool { return c > ' ' && strings.IndexByte(`/?#"'`, c) < 0 }
func valueChar(c byte) bool     { return c > ' ' && strings.IndexByte(`"',}`, c) < 0 }
