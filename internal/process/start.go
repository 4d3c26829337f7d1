package process

import (
	"os"
	"strings"

	"github.com/sightglass-go/sightglass/internal/secret"
)

// redacted stands for what is a secret, as elsewhere in answers.
const redacted = "<redacted>"

// Environment returns the variables of the environment. Policy hides those that a name or the look
// of the value makes secret, as in any map.
func Environment() map[string]string {
	all := os.Environ()
	out := make(map[string]string, len(all))
	for _, assignment := range all {
		// On Windows names may begin with =.
		at := strings.Index(assignment[min(1, len(assignment)):], "=")
		if at < 0 {
			continue
		}
		out[assignment[:at+1]] = assignment[at+2:]
	}
	return out
}

// Arguments returns the command line. An argument is redacted if it belongs to a flag whose name is
// that of a secret, -token=x or -token x, whatever x looks like, or assigns to such a name, as token=x does.
func Arguments() []string { return redactArguments(os.Args) }

func redactArguments(args []string) []string {
	out := make([]string, len(args))
	belongs := false // to the secret flag before it
	for i, arg := range args {
		out[i] = redactWords(arg)
		dashes := len(arg) - len(strings.TrimLeft(arg, "-"))
		name, _, assigned := strings.Cut(arg[dashes:], "=")
		named := i > 0 && secret.ByName(name) != 0
		switch {
		case named && assigned && !belongs:
			out[i] = arg[:dashes] + name + "=" + redacted
		case belongs:
			// It may begin with a dash, too: whether the flag takes a value is not known.
			out[i] = redacted
		}
		belongs = named && dashes > 0 && !assigned
	}
	return out
}

// redactWords returns text, but redacted from where a word assigns to the name of a secret to the end
// of the word, or of the quotes that it lies in. The flags of a linker do: -X main.token=x,
// -X=main.token=x, "-X 'main.token=x y'".
func redactWords(text string) string {
	var out strings.Builder
	quote := byte(0)
	from := 0 // of the name that may follow
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case strings.IndexByte(" \t\n,;&?", c) >= 0:
		case c == '=' && secretName(text[from:i]):
			ends, begin := " \t\n", i+1
			if quote != 0 {
				ends = string(quote)
			} else if begin < len(text) && (text[begin] == '\'' || text[begin] == '"') {
				ends, begin = text[begin:begin+1], begin+1
			}
			n := len(text) - i
			if end := strings.IndexAny(text[begin:], ends); end >= 0 {
				n = begin + end - i
				if begin > i+1 {
					n++ // the value's own quote
				}
			}
			out.WriteString(text[:i] + "=" + redacted)
			text, i, from = text[i+n:], -1, 0
			continue
		case c != '=':
			continue
		}
		from = i + 1
	}
	return out.String() + text
}

// secretName reports whether the last part of a dotted name is that of a secret.
func secretName(name string) bool {
	last := name[strings.LastIndexByte(name, '.')+1:]
	return secret.ByName(last) != 0 || secret.ByName(last[strings.LastIndexByte(last, '-')+1:]) != 0
}
