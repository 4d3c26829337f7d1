package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/text"
)

// topic is a page of help that is not about a command.
type topic struct{ name, summary, text string }

// topics are made when somebody asks for help, not while the application starts: one of them lists
// all functions.
var topics = sync.OnceValue(func() []topic {
	return []topic{
		{"expressions", "what to ask, by example", `  cache                              show an object
  cache.items["sku-17"].hits         fields, exported or not; map keys; list indexes
  cache.items[0:20]                  a part of a list, a map or a string
  count(cache.items, .hits > 100)    how many; .hits is short for #.hits, # is the element
  filter(orders.list, .age > 10m)    also map, find, any, all, none, sum, sortBy, groupBy, reduce
  keys(cache.items)                  a map's keys; over a map, # is the value and #key the key
  cache?.owner ?? "nobody"           past nil and absent keys, without an error
  top(cache.items, 5, .hits)         those with the most; freq counts by value, hist shows the spread
  max(cache.items, .hits)            also min, mean, median; sort(xs, .hits) orders, first(xs, .hits > 5) finds
  .age > 90s, .size > 10MB           durations as 1h30m, sizes as 64KiB; a key that is no name: m["a-b"]
  cache!                             all of it: zero fields, every element, all text
  help(cache), tree(cache)           what it is, and what it holds; help functions lists all of these
  x = cache.items                    keep an answer in this session; _ is the last one
The language is expr-lang's. Only actions change the program; see help level.
`},
		{"functions", "what can be computed", functionsTopic()},
		{"keys", "what keys do in a terminal", `  Tab                     complete a name, or list what could stand there
  Up, Down                earlier lines that begin like this one; also ^P ^N
  ^R                      search earlier lines, again for older; ^G gives up
  Left, Right, Home, End  move; also ^B ^F ^A ^E; by words Alt-b Alt-f, Control-arrow
  Backspace, Delete, ^D   delete a character
  ^W ^U ^K Alt-d          delete a word, to the start, to the end, next word
  ^Y ^T ^L                put back deleted text; swap two letters; clear screen
  Enter                   ask; with a bracket open, begin a new line
  ^C                      drop the line, or end the evaluation and its output
  ^D                      on an empty line: leave
At -- more --, Space shows the next screen of a long answer, Enter a line, G the rest; / finds a text, n finds it again; q ends the answer, ^C the line.
`},
		{"marks", "what the signs in an answer mean", `  ≈value            may have changed while read; stands where that begins
  ~value            kept changing while read: its parts may not fit together
  copy value        a copy was exposed, not the application's own object
  <redacted>        a secret, by its name, its tag or its look
  <cycle: path>     a pointer back to path, which contains this value
  <same: path>      a pointer to what is already shown at path
  <unreadable: …>   why this could not be read; the rest is good
  … 12 more: path   how much was cut; path shows what follows
  zero: a, b        fields of a large struct that are 0, "", false or nil
That nothing guards an object is told with the first answer about it; dir() and help(x) tell it always.
`},
		{"limits", "what is cut off, and what to do then", `An evaluation is limited in time, in entries read and in memory. Reaching a limit is an error that says how far it came and what to type instead, and never half an answer.
What is shown is limited in depth, in elements and in text, and what is computed is not. A cut says how much is missing, and which expression shows it:
  … 1,140 more: cache.items[64:128]
On a screen an answer is read at a glance: parts that the screen has no room for take a line each, and so do loggers, files and connections. An exclamation mark behind an expression asks for all of it, as deep as set depth says:
  cache!
The application sets the limits.
`},
	}
})

// functionsTopic returns the list of the functions of the language.
func functionsTopic() string {
	var b strings.Builder
	for _, f := range eval.Functions() {
		fmt.Fprintf(&b, "  %-30s %s\n", f.Usage(), f.Summary)
	}
	b.WriteString("help NAME has an example. Of a map these take the values. xs | f(y) is f(xs, y), as in cache.items | top(5, .hits).\n")
	return b.String()
}

// functionHelp returns the help on a function of the language.
func functionHelp(f eval.Function) string {
	return f.Usage() + ": " + f.Summary + ".\n  " + f.Example + "\n"
}

// helpWords returns the completions for help: topics and functions.
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

// topicWords returns the names of all topics but functions.
func topicWords() []string {
	var words []string
	for _, c := range commands() {
		words = append(words, c.name)
	}
	for _, t := range topics() {
		words = append(words, t.name)
	}
	slices.Sort(words)
	return words
}

func runHelp(ctx context.Context, s *Session, a *answer, args string) error {
	page, ok := help(args)
	if !ok && objectPath().MatchString(args) {
		r, err := s.eval(ctx, eval.Query{Source: "help(" + args + ")"})
		var wrongName *eval.Error
		switch {
		case err == nil:
			return a.result(s.tell(r), s.currentStyle(), s.clock.Now())
		case !errors.As(err, &wrongName) || wrongName.Code != "unknown_name":
			return wrong{err}
		}
	}
	if !ok {
		page = fmt.Sprintf("there is no help on %s; there is on each function and object, and on %s\n", text.EscapeLines(args), strings.Join(topicWords(), ", "))
	}
	_, err := io.WriteString(a, strings.Join(foldHelp(page, s.currentStyle().width.value()), "\n"))
	return err
}

// foldHelp folds page to width. The text on an entry continues below where it began, or begins
// below the entry if there is little room beside it.
func foldHelp(page string, width int) []string {
	var all []string
	for _, line := range strings.Split(page, "\n") {
		indent := ""
		if strings.HasPrefix(line, "  ") {
			indent = "      "
		}
		if at := entry().FindStringIndex(line); at != nil {
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

// entry matches an entry of a topic and the space up to the text on it.
var entry = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^  (\S+ )*\S*  +`) })

// minAside is the least room for a text beside its entry, in columns.
const minAside = 24

// objectPath matches what help takes for the path of an object.
var objectPath = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[\pL_$][\pL\d_$.\[\]"-]*$`) })

// help returns the text on a topic, or the overview for "".
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
	for _, t := range topics() {
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
	b.WriteString("A line is an expression about what this program exposes, or a command.\n" +
		"It changes nothing in the program, except an action in a session that may act.\n\nCommands\n")
	for _, c := range commands() {
		use := usage(c)
		if len(use) > 18 {
			use += "\n" + strings.Repeat(" ", 2+18)
		}
		fmt.Fprintf(&b, "  %-18s %s\n", use, c.summary)
	}
	b.WriteString("\nMore help\n")
	for _, t := range topics() {
		fmt.Fprintf(&b, "  %-18s %s\n", "help "+t.name, t.summary)
	}
	b.WriteString("\nStart with dir(), which lists what is exposed. Each name in the list shows its object.\n")
	return b.String()
}
