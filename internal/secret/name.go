package secret

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// What is hidden by its name. A name is split into words at changes of case, at digits and at
// whatever is not a letter: APIKey, api_key and api-key are the words api and key. Long distinctive
// words count inside others too (dbpassword).
//
// A name is telling if one of its words is a secret's, unless its first or last word says that it
// is about the secret only (tokenType, passwordPolicy, maxTokens). A telling name hides texts and
// bytes, and what lists, maps, pointers and interfaces hold of these. It hides numbers and booleans
// if the whole name is a secret's (pin, otp, token), and in a list or map if it is the plural of
// one (pins, but not tokens, which are counted): tokens_per_second, tokenCount and hasPassword are
// shown.
//
// A structure below a telling name has names of its own, which decide about its fields. Only what
// has no name of its own there goes on with the telling one: see package access.

// Kinds says which of what a name, or a type's name, stands for is a
type Kinds uint8

const (
	Text     Kinds = 1 << iota // texts and bytes
	Number                     // numbers and booleans
	Elements                   // numbers in lists and maps
	Keys                       // the keys of maps
	All                        // structures whole; no name that is a key says so
)

// OfElements is what t says of the elements of a list or map.
func (t Kinds) OfElements() Kinds {
	if t&Elements != 0 {
		t |= Number
	}
	return t
}

// OfKeys is what t says of the keys of a map.
func (t Kinds) OfKeys() Kinds {
	if t&Keys == 0 {
		return 0
	}
	return t.OfElements()
}

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
	{"host", "key"}: true, {"shared", "key"}: true, {"session", "key"}: true, {"ticket", "key"}: true,
	{"aes", "key"}: true,
}

// ownedWords are names of what is found under the name of its owner: the keys of such a map are no
// secrets.
var ownedWords = map[string]bool{"credential": true, "cred": true, "cookie": true}

// countedWords are secrets of which the plural, or a number under that name, is as often a count or
// a kind.
var countedWords = map[string]bool{"token": true, "cookie": true, "credential": true, "cred": true, "pass": true, "bearer": true}

// secretStems make a word a secret's wherever they stand in it.
var secretStems = []string{"password", "passwd", "passphrase", "apikey", "privatekey", "credential", "authorization"}

// secretEnds make a word a secret's where they end it: authtoken, but not tokenizer; clientsecret,
// but not secretary.
var secretEnds = []string{"token", "secret", "cookie", "pwd", "secretkey", "accesskey", "signingkey"}

// aboutWords say, as the first or last word of a name, that it is about a secret and not one.
var aboutWords = map[string]bool{
	"type": true, "kind": true, "name": true, "count": true, "len": true, "length": true, "size": true,
	"limit": true, "rate": true, "bucket": true, "ttl": true, "expiry": true, "expire": true, "expiration": true,
	"timeout": true, "age": true, "policy": true, "path": true, "file": true, "per": true, "algorithm": true,
	"max": true, "min": true, "num": true, "total": true, "has": true, "is": true, "version": true, "domain": true,
	"used": true, "usage": true, "budget": true, "position": true,
	"source": true, "provider": true, "jar": true, "go": true,
	"label": true, "field": true, "column": true, "param": true, "format": true,
}

// aboutPairs say so as the last words: where tokens are to be had.
var aboutPairs = map[[2]string]bool{
	{"token", "url"}: true, {"token", "uri"}: true, {"token", "endpoint"}: true,
}

// aboutFirst say so as the first word only, as in ErrNoCookie.
var aboutFirst = map[string]bool{"err": true, "error": true}

// ByName is what a name says of what it names.
func ByName(name string) (t Kinds) {
	if !Suspect(name) {
		return 0
	}
	words := Words(name)
	found, owned := false, true
	for i, w := range words {
		one := singular(w)
		pair := i > 0 && secretPairs[[2]string{words[i-1], one}]
		switch {
		case pair, secretWords[one], anyOf(secretStems, one, strings.Contains), anyOf(secretEnds, one, strings.HasSuffix):
			found = true
			owned = owned && !pair && ownedWords[one]
		}
		if one == "privatekey" || pair && one == "key" && words[i-1] == "private" {
			t |= All
		}
	}
	if !found || about(words) {
		return 0
	}
	t |= Text
	if !owned {
		t |= Keys
	}
	last := words[len(words)-1]
	one := singular(last)
	whole := secretWords[strings.Join(words[:len(words)-1], "")+one] || len(words) == 2 && secretPairs[[2]string{words[0], one}]
	switch {
	case whole && one == last:
		t |= Number
	case whole && !countedWords[one]:
		t |= Elements
	}
	return t
}

// about reports whether a name of these words is about a secret only.
func about(words []string) bool {
	first, last := singular(words[0]), singular(words[len(words)-1])
	return len(words) > 1 && (aboutWords[first] || aboutFirst[first] || aboutWords[last] ||
		aboutPairs[[2]string{words[len(words)-2], last}])
}

// wholeTypeEnds end the names of types that are secrets through and through, whatever their fields
// are called.
var wholeTypeEnds = []string{"privatekey", "password", "passphrase"}

// secretTypeEnds end the names of types that hold a secret among other things.
var secretTypeEnds = []string{"secret", "credential", "credentials", "cookie"}

// Suspect reports whether a name could be a secret's. It is the quick test for the million keys of
// a map of which none is.
func Suspect[T string | []byte](name T) bool {
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

// Words takes a name apart into its words, in small letters.
func Words(name string) []string {
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

// ByTypeName is what the name of a type of structures, slices or maps says of its values.
func ByTypeName(name string) Kinds {
	switch end := strings.ToLower(name); {
	case anyOf(wholeTypeEnds, end, strings.HasSuffix):
		return Text | Number | Keys | All
	case anyOf(secretTypeEnds, end, strings.HasSuffix):
		return Text
	}
	return 0
}

// Counted reports whether a number under that name is as often a count or a kind.
func Counted(name string) bool { return countedWords[strings.ToLower(name)] }

// Describes reports whether a field's name says that it is about what is around it.
func Describes(name string) bool {
	words := Words(name)
	return len(words) > 0 && (aboutWords[singular(words[0])] || aboutWords[singular(words[len(words)-1])])
}

// contentWords are what the fields of structures are called that hold what the whole structure is
// named for.
var contentWords = map[string]bool{
	"value": true, "val": true, "v": true, "data": true, "raw": true, "unparsed": true, "text": true, "txt": true,
	"string": true, "str": true, "s": true, "byte": true, "b": true, "buf": true, "buffer": true, "content": true,
	"body": true, "plain": true, "plaintext": true, "cleartext": true, "clear": true, "encoded": true,
	"encrypted": true, "decrypted": true, "cipher": true, "ciphertext": true, "code": true, "key": true, "k": true,
	"hash": true, "digest": true, "sum": true, "signature": true, "sig": true, "seed": true, "salt": true,
	"nonce": true, "pem": true, "der": true, "inner": true, "payload": true, "literal": true, "blob": true,
	"phrase": true, "word": true, "msg": true, "message": true, "access": true, "refresh": true, "current": true,
	"previous": true, "old": true, "new": true, "item": true, "entry": true, "entrie": true, "elem": true,
	"element": true, "list": true, "set": true, "map": true, "m": true, "all": true, "table": true, "member": true,
}

// Generic reports whether a name says no more than that it is the content of what is around it.
func Generic(name string) bool {
	words := Words(name)
	for _, w := range words {
		if !contentWords[singular(w)] {
			return false
		}
	}
	return len(words) > 0
}

// Reveals reports whether a method of that name gives what its receiver holds.
func Reveals(name string) bool {
	switch Words(name)[0] {
	case "get", "load", "reveal", "expose", "unwrap", "show", "to", "as", "marshal", "append":
		return true
	}
	return false
}
