package console

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/text"
)

// command is a row of the table of commands, which help, completion and docs/commands.md are made
// of.
type command struct {
	name    string
	args    string                      // as help shows them
	summary string                      // one line, without a full stop
	detail  string                      // for help NAME; whole sentences
	words   func() []string             // completions of the first argument; nil for none
	second  func(first string) []string // of the second; nil for none
	asks    bool                        // takes an expression, which may begin with a bracket or a sign
	run     func(ctx context.Context, s *Session, a *answer, args string) error
}

// table has what commands returns, made once: each line asks whether it is a command. It is no
// initialized variable because help is a row and lists all.
var table struct {
	once sync.Once
	rows []command
}

// commands returns the table, in the order of help. It must not be changed.
func commands() []command {
	table.once.Do(func() { table.rows = newCommands() })
	return table.rows
}

func newCommands() []command {
	return []command{
		{
			name: "help", args: "[topic]", summary: "explain the session, a command or a topic",
			detail: "A topic is a command, a function, an exposed object, or one of expressions, functions, keys, marks and limits.",
			words:  helpWords,
			run:    runHelp,
		},
		{
			name: "dir", args: "[expression]", summary: "list what is exposed, or what an object holds",
			detail: "It is short for dir() and dir(expression).",
			asks:   true,
			run:    runDir,
		},
		{
			name: "watch", args: "[every] expression [until condition] [changes]", summary: "evaluate again and again, and show what changes",
			detail: watchDetail,
			asks:   true,
			run:    runWatch,
		},
		{
			name: "vars", summary: "list the variables of this session",
			detail: "It is short for vars(). name = expression sets a variable. _ is the last answer, _1 the one before it, and so on to _9.",
			run:    runVars,
		},
		{
			name: "history", args: "[earlier]", summary: "list the lines of this session, oldest first",
			detail: fmt.Sprintf("A session keeps its last %d lines until it ends. history earlier puts those of your other sessions before them, for Up and ^R too, if the application keeps any.", historyLines),
			words:  func() []string { return []string{"earlier"} },
			run:    runHistory,
		},
		{
			name: "time", args: "[expression]", summary: "tell what the last answer cost, or this one",
			detail: "An answer that took long or read much tells it unasked.",
			asks:   true,
			run:    runTime,
		},
		{
			name: "explain", args: "expression", summary: "tell what goes in batches, and why the rest does not",
			detail: explainDetail,
			asks:   true,
			run:    runExplain,
		},
		{
			name: "set", args: "[name value]", summary: "show or change how answers look and what they may cost",
			detail: setDetail(),
			words:  optionNames,
			second: optionValues,
			run:    runSet,
		},
		{
			name: "json", args: "on", summary: "speak JSON from here on, for programs",
			detail: "From then on each line is a request and each answer is a JSON object on one line, without prompt and echo. json off ends that. docs/protocol.md has the details.",
			words:  func() []string { return []string{"on"} },
			run:    runJSON,
		},
		{
			name: "who", summary: "list the sessions with this program",
			detail: "It tells who is connected, from where and for how long, and what each session is evaluating.",
			run:    runWho,
		},
		{
			name: "level", args: "[look]", summary: "tell whether this session may act, or give that up",
			detail: "A session looks. It may also act if the listener and the login allow it; its prompt is then # instead of >. level look gives that up for the rest of the session.",
			words:  func() []string { return []string{"look"} },
			run:    runLevel,
		},
		{
			name: "quit", summary: "end the session",
			detail: "So do exit, and Ctrl-D on an empty line. The program goes on.",
			run:    runQuit,
		},
		{
			name: "exit", summary: "end the session, as quit does",
			run: runQuit,
		},
	}
}

// operators are the signs that may follow a name in an expression, and that no expression ends
// with.
const operators = "=.|+-*/%<>?:,&!^([{"

// parseCommand splits a line whose first word is the name of a command. If an operator follows the
// word, the line is an expression in which a variable has that name; ok is false then.
func parseCommand(line string) (cmd command, args string, ok bool) {
	word, args, spaced := strings.Cut(strings.TrimSpace(line), " ")
	args = strings.TrimSpace(args)
	if cmd, ok = find(word); !ok {
		return command{}, "", false
	}
	infix := operators
	if cmd.asks {
		infix = "=.|*/%<>?:,&^" // those that no expression begins with
	}
	if spaced && (strings.ContainsAny(args[:1], infix) || strings.HasPrefix(args, "!=")) {
		return command{}, "", false
	}
	return cmd, args, true
}

// meantCommand returns the command that a statement with that error was probably meant to be: its first
// word, where the error is, is near the name of one. It is "" if there is none, or the error has a near
// name itself.
func meantCommand(e *eval.Error, statement string) string {
	begun := strings.TrimLeft(statement, " ")
	if e.Line != 1 || e.Col != len(statement)-len(begun)+1 || e.Code != "unknown_name" && e.Code != "syntax" || strings.Contains(e.Message, "did you mean") {
		return ""
	}
	word, _, _ := strings.Cut(strings.TrimSpace(begun), " ")
	var names []string
	for _, c := range commands() {
		names = append(names, c.name)
	}
	name := text.Near(word, names)
	if _, _, ok := parseCommand(name + begun[len(word):]); !ok {
		return "" // an operator follows
	}
	return name
}

// find returns the command with that name.
func find(name string) (cmd command, ok bool) {
	all := commands()
	for i := range all {
		if all[i].name == name {
			return all[i], true
		}
	}
	return command{}, false
}

// commandNames proposes commands for the word before the cursor, which must be the first of the
// line.
func commandNames(before string) []eval.Completion {
	word := strings.TrimLeft(before, " ")
	var names []eval.Completion
	for _, c := range commands() {
		if strings.HasPrefix(c.name, word) {
			names = append(names, eval.Completion{Start: len(before) - len(word), Text: c.name, Kind: kindCommand, Detail: c.summary})
		}
	}
	return names
}

// kindCommand is the Kind of a command, and of a word that one takes.
const kindCommand eval.Kind = "command"

// completeCommand proposes words for the first argument of a command, and for the second if the
// first says what that may be. ok is false if before, the text before the cursor, is not the
// beginning of one.
func completeCommand(before string) (proposals []eval.Completion, ok bool) {
	word, arg, found := strings.Cut(strings.TrimLeft(before, " "), " ")
	cmd, ok := find(word)
	if !found || !ok || cmd.words == nil {
		return nil, false
	}
	words := cmd.words()
	if first, second, two := strings.Cut(arg, " "); two && cmd.second != nil {
		words, arg = cmd.second(first), strings.TrimLeft(second, " ")
	}
	for _, w := range words {
		if strings.HasPrefix(w, arg) {
			proposals = append(proposals, eval.Completion{Start: len(before) - len(arg), Text: w, Kind: kindCommand})
		}
	}
	return proposals, true
}

func runDir(ctx context.Context, s *Session, a *answer, args string) error {
	return s.show(ctx, a, eval.Query{Source: "dir(" + args + ")"})
}

func runVars(ctx context.Context, s *Session, a *answer, _ string) error {
	return s.show(ctx, a, eval.Query{Source: "vars()", Mode: eval.Aside})
}

func runQuit(context.Context, *Session, *answer, string) error { return ErrQuit }

func runHistory(_ context.Context, s *Session, a *answer, args string) error {
	switch {
	case args == "":
	case args != "earlier":
		return complain("history lists the lines of this session, and history earlier those of earlier ones as well")
	case s.past == nil:
		return complain("no lines of earlier sessions are kept; the application can keep those of each user it can tell: Server.History")
	default:
		s.history.prepend(s.past.Lines())
	}
	for i, line := range s.history.lines {
		number := strconv.Itoa(i + 1)
		line = strings.ReplaceAll(text.EscapeLines(line), "\n", "\n      ")
		if _, err := fmt.Fprintf(a, "%4s  %s\n", number, line); err != nil {
			return err
		}
	}
	return nil
}
