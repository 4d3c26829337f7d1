package secret

import (
	"strings"
	"testing"
)

// TestSuspect: no name of a secret passes as harmless, in any case, with any separator, and within others.
func TestSuspect(t *testing.T) {
	names := append([]string{"token", "secret", "cookie", "pwd", "secretkey", "accesskey", "signingkey"}, secretStems...)
	for word := range secretWords {
		names = append(names, word)
	}
	for pair := range secretPairs {
		for _, between := range []string{"", "_", "-", " ", "."} {
			names = append(names, pair[0]+between+pair[1])
		}
	}
	for _, name := range names {
		for _, form := range []string{name, strings.ToUpper(name), strings.ToUpper(name[:1]) + name[1:], name + "s", "x" + name, "my_" + name, name + "_2", "a b " + name + " c"} {
			if !Suspect(form) || !Suspect([]byte(form)) {
				t.Errorf("%q names a secret, and is not looked at", form)
			}
		}
	}
}
