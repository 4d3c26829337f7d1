package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/text"
)

// topic is a page of help that is not about one command.
type topic struct{ name, summary, text string }

var topics = []topic{
	{"expressions", "what one can ask, by example", `  cache                              show an object
  cache.items["sku-17"].hits         fields, exported or not; map keys; list indexes
  cache.items[0:20]                  a part of a list, a map or a string
  count(cache.items, .hits > 100)    how many; .hits is short for #.hits, # is the element
  filter(orders.list, .age > 60)     also map, find, any, all, none, sum, sortBy, groupBy, reduce
  keys(cache.items)                  a map's keys; over a map, # is the value and #key the key
  cache?.owner ?? "nobody"           nil and absent keys, without an error
  top(cache.items, 5, .hits)         which have the most; freq counts by value, hist shows how spread
  help(cache), tree(cache)           what it is, and what it holds; help functions lists all of these
  x = cache.items                    keep an answer in this session; _ is the last one
The language is that of expr-lang. Only an action changes the program, and only where help level says so.
`},
	{"functions", "what can be computed", functionsTopic()},
	{"keys", "what keys do in a terminal", `  Tab                     complete a name, or list what could stand there
  Up, Down                lines of before that begin as this one; also ^P ^N
  ^R                      search lines of before, again for older; ^G gives up
  Left, Right, Home, End  move; also ^B ^F ^A ^E; by words Alt-b Alt-f, Control-arrow
  Backspace, Delete, ^D   delete a character
  ^W ^U ^K Alt-d          delete a word, to the start, to the end, next word
  ^Y ^T ^L                put back the deleted; swap two letters; clear screen
  Enter                   ask; with a bracket open, begin another line
  ^C                      drop the line, or end the evaluation and its output
  ^D                      on an empty line: leave
`},
	{"marks", "what the signs in an answer mean", `  ≈value            read where it may change meanwhile; said where that begins
  ~value            it kept changing while read: its parts may not fit together
  copy value        a copy was exposed, not the application's own object
  <redacted>        not shown: by its name, its tag or its look it is a secret
  <cycle: path>     a pointer back to the value at path, around this one
  <same: path>      a pointer to what is shown at path already
  <unreadable: …>   why it could not be read; the rest is good
  … 12 more: path   so much was cut; typing path shows what follows
`},
	{"limits", "what is cut off, and what to do then", `An evaluation has limits of time, of entries read and of memory. Where one is reached there is an error that says which and how to go on; there is never a part of an answer in place of it.
What is shown has limits too, of depth, of elements and of text. They change nothing that is computed. What was cut says how much, and names the expression that shows it:
  … 1,140 more: cache.items[64:128]
The application sets all of them, in its Limits.
`},
}

// functionsTopic lists the functions of the language.
func functionsTopic() string {
	var b strings.Builder
	for _, f := range eval.Functions() {
		fmt.Fprintf(&b, "  %-30s %s\n", f.Usage(), f.Summary)
	}
	b.WriteString("help NAME has an example. Of a map these take the values; behind a | stands the rest of a call, as in cache.items | top(5, .hits).\n")
	return b.String()
}

// functionHelp is the help on a function of the language.
func functionHelp(f eval.Function) string {
	return f.Usage() + ": " + f.Summary + ".\n  " + f.Example + "\n"
}

// helpWords are the topics, for completion: the functions too.
func helpWords() []string {
	words := topicWords()
	for _, f := range eval.Functions() {
		if !slices.Contains(words, f.Name) {
			words = append(words, f.Name)
		}
	}
	slices.Sort(words)
	return words
}

func topicWords() []string {
	var words []string
	for _, c := range commands() {
		words = append(words, c.name)
	}
	for _, t := range topics {
		words = append(words, t.name)
	}
	slices.Sort(words)
	return words
}

func runHelp(ctx context.Context, s *Session, a *answer, args string) error {
	page, ok := help(args)
	if !ok && place.MatchString(args) {
		r, err := s.eval(ctx, eval.Query{Source: "help(" + args + ")"})
		var wrongName *eval.Error
		switch {
		case err == nil:
			return a.result(r, s.currentStyle(), s.clock.Now())
		case !errors.As(err, &wrongName) || wrongName.Code != "unknown_name":
			return wrong{err}
		}
	}
	if !ok {
		page = fmt.Sprintf("no help on %s; there is help on each function and object, and on %s\n", text.EscapeLines(args), strings.Join(topicWords(), ", "))
	}
	_, err := io.WriteString(a, strings.Join(foldHelp(page, s.currentStyle().width.value()), "\n"))
	return err
}

// foldHelp folds what does not fit the terminal. What is said of an entry goes on below itself, or
// stands below the entry where there is little room beside that.
func foldHelp(page string, width int) []string {
	var all []string
	for _, line := range strings.Split(page, "\n") {
		indent := ""
		if strings.HasPrefix(line, "  ") {
			indent = "      "
		}
		if at := entry.FindStringIndex(line); at != nil {
			if before := text.Width(line[:at[1]]); width-before >= minAside {
				indent = strings.Repeat(" ", before)
			} else {
				if name := strings.TrimRight(line[:at[1]], " "); name != "" {
					all = append(all, text.Fold(name, width-1, indent)...)
				}
				line = indent + line[at[1]:]
			}
		}
		all = append(all, text.Fold(line, width-1, indent)...)
	}
	return all
}

// entry is a name in help, up to what is said of it.
var entry = regexp.MustCompile(`^  (\S+ )*\S*  +`)

// minAside is in how few columns something is said beside its entry.
const minAside = 24

// place is what help takes for the way to an object.
var place = regexp.MustCompile(`^[\pL_$][\pL\d_$.\[\]"-]*$`)

// help is the text on a topic; "" is the overview.
func help(name string) (text string, ok bool) {
	if name == "" {
		return overview(), true
	}
	if c, ok := find(name); ok {
		text = usage(c) + ": " + c.summary + ".\n"
		if c.detail != "" {
			text += c.detail + "\n"
		}
		return text, true
	}
	for _, t := range topics {
		if t.name == name {
			return t.text, true
		}
	}
	for _, f := range eval.Functions() {
		if f.Name == strings.TrimSuffix(name, "()") {
			return functionHelp(f), true
		}
	}
	return "", false
}

func usage(c command) string { return strings.TrimSpace(c.name + " " + c.args) }

func overview() string {
	var b strings.Builder
	b.WriteString("A line is an expression over what this program exposes, or a command.\n" +
		"Nothing that is typed here changes the program, save an action in a session that may act.\n\nCommands\n")
	for _, c := range commands() {
		use := usage(c)
		if len(use) > 18 {
			use += "\n" + strings.Repeat(" ", 2+18)
		}
		fmt.Fprintf(&b, "  %-18s %s\n", use, c.summary)
	}
	b.WriteString("\nMore help\n")
	for _, t := range topics {
		fmt.Fprintf(&b, "  %-18s %s\n", "help "+t.name, t.summary)
	}
	b.WriteString("\nTo begin with, dir() lists what is exposed; a name from that list shows the object.\n")
	return b.String()
}
