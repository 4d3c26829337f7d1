package process

import (
	"os"
	"strings"

	"github.com/sightglass-go/sightglass/internal/secret"
)

// Redacted stands for what is a secret, as elsewhere in answers.
const Redacted = "<redacted>"

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
// that of a secret, -token=x or -token x, or assigns to such a name, as token=x does.
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
		case named && assigned:
			out[i] = arg[:dashes] + name + "=" + Redacted
		case belongs && dashes == 0:
			out[i] = Redacted
		}
		belongs = named && dashes > 0 && !assigned
	}
	return out
}

// redactWords returns text, but redacted in each word that assigns to the name of a secret. The
// flags of a linker do: -X main.token=x.
func redactWords(text string) string {
	if !strings.Contains(text, "=") {
		return text
	}
	words := strings.Split(text, " ")
	for i, word := range words {
		if name, _, ok := strings.Cut(word, "="); ok && secret.ByName(name[strings.LastIndexAny(name, ".'\"-")+1:]) != 0 {
			words[i] = name + "=" + Redacted
		}
	}
	return strings.Join(words, " ")
}
