package secret

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kinds are the kinds of content that are secret under a name.
type Kinds uint8

const (
	Text     Kinds = 1 << iota // strings and bytes
	Number                     // numbers and booleans
	Elements                   // numbers in lists and maps
	Keys                       // the keys of maps
	All                        // whole structs; the key of a map never says so
)

// OfElements returns the kinds that are secret in the elements of a list or map that has k.
func (k Kinds) OfElements() Kinds {
	if k&Elements != 0 {
		k |= Number
	}
	return k
}

// OfKeys returns the kinds that are secret in the keys of a map that has k.
func (k Kinds) OfKeys() Kinds {
	if k&Keys == 0 {
		return 0
	}
	return k.OfElements()
}

// secretWords name secrets. Their plurals do too.
var secretWords = map[string]bool{
	"password": true, "passwd": true, "pwd": true, "passphrase": true, "passcode": true, "pass": true,
	"secret": true, "token": true, "apikey": true, "credential": true, "cred": true, "authorization": true,
	"cookie": true, "privatekey": true, "jwt": true, "bearer": true, "otp": true, "totp": true, "pin": true,
}

// secretPairs name secrets in two words.
var secretPairs = map[[2]string]bool{
	{"api", "key"}: true, {"private", "key"}: true, {"access", "key"}: true, {"signing", "key"}: true,
	{"encryption", "key"}: true, {"master", "key"}: true, {"auth", "key"}: true, {"hmac", "key"}: true,
	{"auth", "header"}: true, {"pass", "word"}: true, {"pass", "phrase"}: true, {"ssh", "key"}: true,
	{"host", "key"}: true, {"shared", "key"}: true, {"session", "key"}: true, {"ticket", "key"}: true,
	{"aes", "key"}: true,
}

// ownedWords name secrets that are kept under their owner's name: the keys of a map of them are not
// secret.
var ownedWords = map[string]bool{"credential": true, "cred": true, "cookie": true}

// countedWords name secrets that people count: a number under such a name, or under its plural, is
// as likely a count or a kind.
var countedWords = map[string]bool{"token": true, "cookie": true, "credential": true, "cred": true, "pass": true, "bearer": true}

// secretStems mark a word that contains one of them.
var secretStems = []string{"password", "passwd", "passphrase", "apikey", "privatekey", "credential", "authorization"}

// secretSuffixes mark a word that ends in one of them: authtoken but not tokenizer, clientsecret
// but not secretary.
var secretSuffixes = []string{"token", "secret", "cookie", "pwd", "secretkey", "accesskey", "signingkey"}

// aboutWords, as the first or last word of a name, say that it describes a secret and is none.
var aboutWords = map[string]bool{
	"type": true, "kind": true, "name": true, "count": true, "len": true, "length": true, "size": true,
	"limit": true, "rate": true, "bucket": true, "ttl": true, "expiry": true, "expire": true, "expiration": true,
	"timeout": true, "age": true, "policy": true, "path": true, "file": true, "per": true, "algorithm": true,
	"max": true, "min": true, "num": true, "total": true, "has": true, "is": true, "version": true, "domain": true,
	"used": true, "usage": true, "budget": true, "position": true,
	"source": true, "provider": true, "jar": true, "go": true,
	"label": true, "field": true, "column": true, "param": true, "format": true,
}

// aboutPairs say the same as the last two words: where to get a token.
var aboutPairs = map[[2]string]bool{
	{"token", "url"}: true, {"token", "uri"}: true, {"token", "endpoint"}: true,
}

// aboutFirst say the same as the first word only: ErrNoCookie.
var aboutFirst = map[string]bool{"err": true, "error": true}

// ByName returns the kinds of content that are secret under name, be it the name of a field, of a
// map's key or of a method. 0 means none.
func ByName(name string) (k Kinds) {
	if !Suspect(name) {
		return 0
	}
	words := split(name)
	found, owned := false, true
	for i, w := range words {
		one := singular(w)
		pair := i > 0 && secretPairs[[2]string{words[i-1], one}]
		switch {
		case pair, secretWords[one], matchesAny(secretStems, one, strings.Contains), matchesAny(secretSuffixes, one, strings.HasSuffix):
			found = true
			owned = owned && !pair && ownedWords[one]
		}
		if one == "privatekey" || pair && one == "key" && words[i-1] == "private" {
			k |= All
		}
	}
	if !found || describesSecret(words) {
		return 0
	}
	k |= Text
	if !owned {
		k |= Keys
	}
	last := words[len(words)-1]
	one := singular(last)
	whole := secretWords[strings.Join(words[:len(words)-1], "")+one] || len(words) == 2 && secretPairs[[2]string{words[0], one}]
	switch {
	case whole && one == last:
		k |= Number
	case whole && !countedWords[one]:
		k |= Elements
	}
	return k
}

// describesSecret reports whether a name of these words describes a secret and is none.
func describesSecret(words []string) bool {
	first, last := singular(words[0]), singular(words[len(words)-1])
	return len(words) > 1 && (aboutWords[first] || aboutFirst[first] || aboutWords[last] ||
		aboutPairs[[2]string{words[len(words)-2], last}])
}

// wholeTypeSuffixes end the names of types that are secret through and through, whatever their
// fields are called.
var wholeTypeSuffixes = []string{"privatekey", "password", "passphrase"}

// textTypeSuffixes end the names of types that hold a secret among other things.
var textTypeSuffixes = []string{"secret", "credential", "credentials", "cookie"}

// ByTypeName returns the kinds of content that are secret in a struct, slice or map type of that
// name. Only the end of the name counts, and "token" does not: parsers are made of tokens.
func ByTypeName(name string) Kinds {
	switch lower := strings.ToLower(name); {
	case matchesAny(wholeTypeSuffixes, lower, strings.HasSuffix):
		return Text | Number | Keys | All
	case matchesAny(textTypeSuffixes, lower, strings.HasSuffix):
		return Text
	}
	return 0
}

// Counted reports whether a number of that name is as likely a count or a kind as a secret.
func Counted(name string) bool { return countedWords[strings.ToLower(name)] }

// Metadata reports whether a field of that name describes the struct around it.
func Metadata(name string) bool {
	words := split(name)
	return len(words) > 0 && (aboutWords[singular(words[0])] || aboutWords[singular(words[len(words)-1])])
}

// contentWords name fields that hold what the struct around them is named for.
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

// Generic reports whether a field's name says only that the field holds the content of the struct
// around it, as "value" or "raw_data" does.
func Generic(name string) bool {
	words := split(name)
	for _, w := range words {
		if !contentWords[singular(w)] {
			return false
		}
	}
	return len(words) > 0
}

// Getter reports whether a method of that name returns what its receiver holds.
func Getter(name string) bool {
	switch split(name)[0] {
	case "get", "load", "reveal", "expose", "unwrap", "show", "to", "as", "marshal", "append":
		return true
	}
	return false
}

// Suspect reports whether ByName could find a secret in name. It is a quick test for the keys of a
// large map, few of which name one.
func Suspect[T string | []byte](name T) bool {
	for i := range len(name) {
		switch name[i] | 0x20 {
		case 'p':
			if hasPrefixFold(name[i:], "pass") || hasPrefixFold(name[i:], "pwd") || hasPrefixFold(name[i:], "pin") {
				return true
			}
		case 's':
			if hasPrefixFold(name[i:], "secret") {
				return true
			}
		case 't':
			if hasPrefixFold(name[i:], "token") {
				return true
			}
		case 'k':
			if hasPrefixFold(name[i:], "key") {
				return true
			}
		case 'c':
			if hasPrefixFold(name[i:], "cred") || hasPrefixFold(name[i:], "cookie") {
				return true
			}
		case 'a':
			if hasPrefixFold(name[i:], "auth") {
				return true
			}
		case 'j', 'b', 'o':
			if hasPrefixFold(name[i:], "jwt") || hasPrefixFold(name[i:], "bearer") || hasPrefixFold(name[i:], "otp") {
				return true
			}
		}
	}
	return false
}

// hasPrefixFold reports whether s begins with prefix, a lower-case word, in either case.
func hasPrefixFold[T string | []byte](s T, prefix string) bool {
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

// matchesAny reports whether match(word, part) holds for one of the parts.
func matchesAny(parts []string, word string, match func(word, part string) bool) bool {
	for _, part := range parts {
		if match(word, part) {
			return true
		}
	}
	return false
}

// singular returns w without the s of its plural.
func singular(w string) string {
	if len(w) > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") {
		return w[:len(w)-1]
	}
	return w
}

// split returns the words of a name in lower case. A word ends at a change of case, a digit, or
// anything that is not a letter.
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
			// The last capital of a run begins the next word, as in APIKey.
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
