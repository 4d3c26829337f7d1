package secret

import (
	"encoding/base64"
	"strings"
)

// In reports whether anything in s looks like a secret: a private key in PEM, a bearer or basic
// authorization, a JSON web token, a key with a prefix by which its issuer marks it, a URL or DSN
// with a password, an assignment to a password.
//
// It looks closely only at characters that each of these contains and that are rare elsewhere. That
// takes about 1 ns a byte, and 50 ns in a text of little else.
func In(s string) bool { return InRange(s, 0, len(s)) }

// InRange is In for the secrets that s[lo:hi] is a part of. It may look at all of s.
func InRange(s string, lo, hi int) bool {
	// Nothing shorter is a secret: "Bearer x" is prose.
	if len(s) < 10 {
		return false
	}
	for i := lo; i < hi; i++ {
		switch s[i] {
		case '-', ' ', 'J', 'I', 'z', '_', ':', '@', '=':
			if secretAt(s[i], s[max(0, i-contextBytes):i], s[i+1:min(len(s), i+1+contextBytes)]) {
				return true
			}
		}
	}
	return false
}

// contextBytes is how much of the text before and after a character is examined. Web tokens and the
// passwords that cloud providers issue reach some kilobytes.
const contextBytes = 4 << 10

// secretAt reports whether c, with the text before and after it, is a part of a secret.
func secretAt(c byte, before, after string) bool {
	switch c {
	case '-':
		return strings.HasPrefix(after, "----") && strings.HasSuffix(before, "PRIVATE KEY") && strings.Contains(before, "-----BEGIN ") ||
			issuedKey(before, after, dashPrefixes)
	case '_':
		return issuedKey(before, after, underscorePrefixes)
	case ' ':
		return hasSuffixFold(before, "bearer") && span(after, isTokenChar) >= 6 ||
			hasSuffixFold(before, "basic") && basicCredentials(after)
	case 'J':
		return webToken(before, after)
	case 'I':
		// An AWS access key: AKIA or ASIA and 16 characters.
		at := len(before) - 2
		return at >= 0 && (before[at:] == "AK" || before[at:] == "AS") && startsWord(before[:at]) &&
			strings.HasPrefix(after, "A") && span(after[1:], isUpperOrDigit) >= 16
	case 'z':
		// A Google API key: AIza and 35 characters.
		at := len(before) - 2
		return at >= 0 && before[at:] == "AI" && startsWord(before[:at]) &&
			strings.HasPrefix(after, "a") && span(after[1:], isURLSafe) >= 30
	case '@':
		return (strings.HasPrefix(after, "tcp(") || strings.HasPrefix(after, "unix(")) &&
			hasPassword(lastField(before[max(0, len(before)-maxUserinfo):]))
	case ':':
		if strings.HasPrefix(after, "//") {
			authority := after[2:]
			user, _, ok := strings.Cut(authority[:span(authority, isAuthorityChar)], "@")
			return ok && hasPassword(user)
		}
		return assignsSecret(strings.TrimRight(before, " "), strings.TrimLeft(after, " "), passwordNames)
	case '=':
		return assignsSecret(before, after, passwordNames) || assignsSecret(before, after, tokenNames)
	}
	return false
}

// The prefixes of issued keys, by the character that ends them, and the least number of characters
// that follow.
var (
	dashPrefixes       = map[string]int{"glpat": 16, "xoxa": 10, "xoxb": 10, "xoxp": 10, "xoxr": 10, "xoxs": 10, "sk": 20}
	underscorePrefixes = map[string]int{
		"ghp": 20, "gho": 20, "ghu": 20, "ghs": 20, "ghr": 20, "github_pat": 20, "npm": 20,
		"sk_live": 10, "rk_live": 10, "sk_test": 10, "rk_test": 10,
	}
)

// issuedKey reports whether before ends in one of the prefixes and after continues the key.
func issuedKey(before, after string, prefixes map[string]int) bool {
	at := len(before)
	for at > 0 && (isAlnum(before[at-1]) || before[at-1] == '_') && len(before)-at < 12 {
		at--
	}
	n, ok := prefixes[before[at:]]
	return ok && span(after, isURLSafe) >= n
}

// webToken reports whether a J between before and after is that of a JSON web token: eyJ (the
// base64 of {") and two or more parts joined by dots.
func webToken(before, after string) bool {
	at := len(before) - 2
	if at < 0 || before[at:] != "ey" || !startsWord(before[:at]) {
		return false
	}
	head := span(after, isURLSafe)
	return head >= 8 && head < len(after) && after[head] == '.' && span(after[head+1:], isURLSafe) >= 8
}

// maxUserinfo bounds the user and password before the @ of a DSN: any @ may be one.
const maxUserinfo = 1 << 10

// lastField returns the end of s after the last character that no user or password of a DSN
// contains.
func lastField(s string) string {
	i := len(s)
	for i > 0 && s[i-1] > ' ' && s[i-1] != '"' && s[i-1] != '\'' && s[i-1] != '/' && s[i-1] != '=' {
		i--
	}
	return s[i:]
}

// hasPassword reports whether user has the form user:password.
func hasPassword(user string) bool {
	_, password, ok := strings.Cut(user, ":")
	return ok && password != "" && !isMasked(password)
}

// isMasked reports whether password only stands for one: in our own rendering of a URL, in that of
// url.URL.Redacted, or in an error of net/http.
func isMasked(password string) bool {
	return password == "…" || password == "xxxxx" || password == "***"
}

var (
	passwordNames = []string{"password", "passwd", "pwd", "secret", "api_key", "apikey", "api-key", "access_key", "secret_key", "private_key"}
	tokenNames    = []string{"token"}
)

// assignsSecret reports whether before ends in one of the names, and after begins with a value for
// it.
func assignsSecret(before, after string, names []string) bool {
	before, after = strings.TrimRight(before, `"'`), strings.TrimLeft(after, `"'`)
	for _, name := range names {
		if hasSuffixFold(before, name) {
			return span(after, isValueChar) >= 3
		}
	}
	return false
}

// basicCredentials reports whether after begins with the base64 of user:password.
func basicCredentials(after string) bool {
	b, err := base64.RawStdEncoding.DecodeString(after[:span(after, isBase64)])
	return err == nil && strings.IndexByte(string(b), ':') >= 0
}

// startsWord reports whether a word can begin after before.
func startsWord(before string) bool {
	return before == "" || !isAlnum(before[len(before)-1])
}

// hasSuffixFold is strings.HasSuffix in either case.
func hasSuffixFold(s, end string) bool {
	return len(s) >= len(end) && strings.EqualFold(s[len(s)-len(end):], end)
}

// span returns the length of the prefix of s whose characters all satisfy is.
func span(s string, is func(byte) bool) int {
	for i := range len(s) {
		if !is(s[i]) {
			return i
		}
	}
	return len(s)
}

func isAlnum(c byte) bool         { return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' }
func isUpperOrDigit(c byte) bool  { return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' }
func isURLSafe(c byte) bool       { return isAlnum(c) || c == '-' || c == '_' }
func isTokenChar(c byte) bool     { return isURLSafe(c) || strings.IndexByte("._~+/=", c) >= 0 }
func isBase64(c byte) bool        { return isAlnum(c) || c == '+' || c == '/' }
func isAuthorityChar(c byte) bool { return c > ' ' && strings.IndexByte(`/?#"'`, c) < 0 }
func isValueChar(c byte) bool     { return c > ' ' && strings.IndexByte(`"',}`, c) < 0 }
