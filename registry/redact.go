package registry

import (
	"reflect"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// What is hidden by its name. A name is taken apart into words at changes of
// case, at digits and at whatever is not a letter: APIKey, api_key and api-key
// are the words api and key; and long distinctive words count also inside of
// others (dbpassword).
//
// Texts and composites are hidden if any of their words is a secret's, unless
// the first or last word says that it is about the secret only (tokenType, passwordPolicy, maxTokens).
// Numbers and booleans are hidden only if their whole name is a secret's (pin, otp, token):
// tokens_per_second, tokenCount and hasPassword are shown. Channels and functions
// have nothing to show and are not hidden.

// secretWords are names of secrets; the plural means the same.
var secretWords = map[string]bool{
	"password": true, "passwd": true, "pwd": true, "passphrase": true, "passcode": true, "pass": true,
	"secret": true, "token": true, "apikey": true, "credential": true, "cred": true, "authorization": true,
	"cookie": true, "privatekey": true, "jwt": true, "bearer": true, "otp": true, "totp": true, "pin": true,
}

// secretPairs are names of secrets in two words.
var secretPairs = map[[2]string]bool{
	{"api", "key"}: true, {"private", "key"}: true, {"access", "key"}: true, {"signing", "key"}: true,
	{"encryption", "key"}: true, {"master", "key"}: true, {"auth", "key"}: true, {"hmac", "key"}: true,
	{"auth", "header"}: true, {"pass", "word"}: true, {"pass", "phrase"}: true, {"ssh", "key"}: true,
	{"host", "key"}: true, {"shared", "key"}: true, {"session", "key"}: true,
}

// secretStems make a word a secret's wherever they stand in it.
var secretStems = []string{"password", "passwd", "passphrase", "apikey", "privatekey", "credential", "authorization"}

// secretEnds make a word a secret's where they end it: authtoken, but not tokenizer; clientsecret, but not secretary.
var secretEnds = []string{"token", "secret", "cookie", "pwd", "secretkey", "accesskey", "signingkey"}

// aboutWords say, as the first or last word of a name, that it is about a secret and not one.
var aboutWords = map[string]bool{
	"type": true, "kind": true, "name": true, "count": true, "len": true, "length": true, "size": true,
	"limit": true, "rate": true, "bucket": true, "ttl": true, "expiry": true, "expire": true, "expiration": true,
	"timeout": true, "age": true, "policy": true, "path": true, "file": true, "per": true, "algorithm": true,
	"max": true, "min": true, "num": true, "total": true, "has": true, "is": true, "version": true, "domain": true,
	"used": true, "usage": true, "budget": true, "position": true,
}

// secretValue reports whether a value of type t (nil for any) is hidden under that name.
func secretValue(name string, t reflect.Type) bool {
	return secretType(t) || secretField(name, t)
}

// secretField is secretValue by the name alone.
func secretField(name string, t reflect.Type) bool {
	if !suspect(name) {
		return false
	}
	some, whole := secretName(name)
	if !some || t == nil {
		return some
	}
	switch deref(t).Kind() {
	case reflect.Chan, reflect.Func:
		return false
	}
	if numeric(t) {
		return whole
	}
	return some
}

// numeric reports whether t is made of numbers and booleans only: of counts, not texts.
func numeric(t reflect.Type) bool {
	t = deref(t)
	switch t.Kind() {
	case reflect.Bool, reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return true
	case reflect.Slice, reflect.Array:
		// Bytes are a text as often as not.
		return t.Elem().Kind() != reflect.Uint8 && t.Elem().Kind() != reflect.Slice && numeric(t.Elem())
	case reflect.Struct:
		switch {
		case t == reflect.TypeFor[time.Time]():
			return true
		case t.PkgPath() == "sync", t.PkgPath() == "sync/atomic":
			return !strings.HasPrefix(t.Name(), "Pointer[") && t.Name() != "Value" && t.Name() != "Map"
		}
	}
	return false
}

// secretType reports whether values of type t are hidden by the name of the type: texts as a field of that name
// would be, other named types if the name ends in a secret's (DBCredentials, PrivateKey), tokens apart, which
// are what parsers are made of.
func secretType(t reflect.Type) bool {
	if t == nil {
		return false
	}
	if secret, ok := secretTypes.Load(t); ok {
		return secret.(bool)
	}
	secret := secretTypeName(t)
	secretTypes.Store(t, secret)
	return secret
}

// secretTypes caches secretType. It grows with the types of the program, as reflect's own caches do.
var secretTypes sync.Map // of reflect.Type to bool

// secretTypeName is secretType, worked out.
func secretTypeName(t reflect.Type) bool {
	t = deref(t)
	if t.Name() == "" || t.PkgPath() == "" || !suspect(t.Name()) {
		return false
	}
	name, _, _ := strings.Cut(t.Name(), "[")
	switch k := t.Kind(); {
	case isText(t):
		some, _ := secretName(name)
		return some
	case k == reflect.Struct || k == reflect.Slice || k == reflect.Map:
		for _, end := range []string{"password", "secret", "credential", "credentials", "privatekey", "cookie", "passphrase"} {
			if strings.HasSuffix(strings.ToLower(name), end) {
				return true
			}
		}
	}
	return false
}

// suspect reports whether a name could be a secret's. It is the quick test for the
// million keys of a map of which none is.
func suspect[T string | []byte](name T) bool {
	for i := range len(name) {
		switch name[i] | 0x20 {
		case 'p':
			if starts(name[i:], "pass") || starts(name[i:], "pwd") || starts(name[i:], "pin") {
				return true
			}
		case 's':
			if starts(name[i:], "secret") {
				return true
			}
		case 't':
			if starts(name[i:], "token") {
				return true
			}
		case 'k':
			if starts(name[i:], "key") {
				return true
			}
		case 'c':
			if starts(name[i:], "cred") || starts(name[i:], "cookie") {
				return true
			}
		case 'a':
			if starts(name[i:], "auth") {
				return true
			}
		case 'j', 'b', 'o':
			if starts(name[i:], "jwt") || starts(name[i:], "bearer") || starts(name[i:], "otp") {
				return true
			}
		}
	}
	return false
}

// starts reports whether s begins with prefix, which is of small letters, in any case.
func starts[T string | []byte](s T, prefix string) bool {
	if len(s) < len(prefix) {
		return false
	}
	for i := range len(prefix) {
		if s[i]|0x20 != prefix[i] {
			return false
		}
	}
	return true
}

// secretName reports whether some word of name is a secret's, and whether the whole name is one, in the singular.
func secretName(name string) (some, whole bool) {
	words := split(name)
	for i, w := range words {
		one := singular(w)
		switch {
		case secretWords[one], i > 0 && secretPairs[[2]string{words[i-1], one}]:
			some = true
		default:
			some = some || anyOf(secretStems, one, strings.Contains) || anyOf(secretEnds, one, strings.HasSuffix)
		}
	}
	if !some {
		return false, false
	}
	last := len(words) - 1
	if last > 0 && (aboutWords[singular(words[0])] || aboutWords[singular(words[last])]) {
		return false, false
	}
	joined := strings.Join(words, "")
	whole = secretWords[joined] || len(words) == 2 && secretPairs[[2]string{words[0], words[1]}]
	return true, whole
}

func anyOf(list []string, word string, is func(s, part string) bool) bool {
	for _, part := range list {
		if is(word, part) {
			return true
		}
	}
	return false
}

// singular is a word without the s of its plural.
func singular(w string) string {
	if len(w) > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") {
		return w[:len(w)-1]
	}
	return w
}

// split takes a name apart into its words, in small letters.
func split(name string) []string {
	var words []string
	begin := -1
	var last rune
	end := func(i int) {
		if begin >= 0 {
			words = append(words, strings.ToLower(name[begin:i]))
			begin = -1
		}
	}
	for i, r := range name {
		switch {
		case !unicode.IsLetter(r):
			end(i)
		case begin < 0:
			begin = i
		case unicode.IsUpper(r) && !unicode.IsUpper(last):
			end(i)
			begin = i
		case unicode.IsUpper(r):
			// The last capital of a run begins the next word: APIKey.
			if next, _ := utf8.DecodeRuneInString(name[i+utf8.RuneLen(r):]); unicode.IsLower(next) {
				end(i)
				begin = i
			}
		}
		last = r
	}
	end(len(name))
	return words
}
