package console

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/text"
)

// command is one entry of the commands table: help, completion and docs/commands.md are made of it.
type command struct {
	name    string
	args    string          // as the help shows them
	summary string          // one line, without a full stop
	detail  string          // more for help NAME; complete sentences
	words   func() []string // what the first argument may be, for completion
	asks    bool            // its argument is an expression, and may begin with a bracket or a sign
	run     func(ctx context.Context, s *Session, a *answer, args string) error
}

// commands is the table, in the order of the help.
func commands() []command {
	return []command{
		{
			name: "help", args: "[topic]", summary: "explain the session, a command or a topic",
			detail: "The topics are the names of the commands and of the functions, what is exposed, and expressions, functions, keys, marks and limits.",
			words:  helpWords,
			run:    runHelp,
		},
		{
			name: "dir", args: "[expression]", summary: "list what is exposed, or what an object holds",
			detail: "The same as dir() and dir(expression), with less to type.",
			asks:   true,
			run:    runDir,
		},
		{
			name: "watch", args: "[every] expression [until condition] [changes]", summary: "ask again and again, and show what changes",
			detail: watchDetail,
			asks:   true,
			run:    runWatch,
		},
		{
			name: "vars", summary: "list the variables of this session",
			detail: "The same as vars(). A variable is made by name = expression. _ is the last answer, _1 the one before it, and so on to _9.",
			run:    runVars,
		},
		{
			name: "history", summary: "list the lines of this session, oldest first",
			detail: fmt.Sprintf("The last %d lines are kept, for as long as the session lasts.", historyLines),
			run:    runHistory,
		},
		{
			name: "time", summary: "tell what the last answer took",
			detail: "An answer that took long or read much says so by itself.",
			run:    runTime,
		},
		{
			name: "set", args: "[name value]", summary: "change how answers look and what they may cost, or show it",
			detail: setDetail(),
			words:  optionNames,
			run:    runSet,
		},
		{
			name: "json", args: "on", summary: "speak JSON from here on, for programs",
			detail: "From then on each line is a request, and each answer one JSON object on one line; there is no prompt and no echo. json off comes back. docs/protocol.md has all of it.",
			words:  func() []string { return []string{"on"} },
			run:    runJSON,
		},
		{
			name: "who", summary: "list the sessions with this program",
			detail: "It tells who is connected, from where, for how long, and what is being evaluated.",
			run:    runWho,
		},
		{
			name: "level", args: "[look]", summary: "tell whether this session may act, or give that up",
			detail: "A session looks, or acts as well where the listener and the login allow it; then its prompt is # instead of >. level look gives acting up, for the rest of the session.",
			words:  func() []string { return []string{"look"} },
			run:    runLevel,
		},
		{
			name: "quit", summary: "end the session",
			detail: "So do exit, and Ctrl-D on an empty line. The program that is looked at goes on.",
			run:    runQuit,
		},
		{
			name: "exit", summary: "end the session, as quit does",
			run: runQuit,
		},
	}
}

// parseCommand splits a line whose first word is a command. A word that an operator follows is a
// name in an expression, even if it is that of a command.
func parseCommand(line string) (cmd command, args string, ok bool) {
	word, args, spaced := strings.Cut(strings.TrimSpace(line), " ")
	args = strings.TrimSpace(args)
	if cmd, ok = find(word); !ok {
		return command{}, "", false
	}
	operators := "=.|+-*/%<>?:,&!^([{"
	if cmd.asks {
		operators = "=.|*/%<>?:,&^"
	}
	if spaced && (strings.ContainsAny(args[:1], operators) || strings.HasPrefix(args, "!=")) {
		return command{}, "", false
	}
	return cmd, args, true
}

// find returns the command of that name.
func find(name string) (cmd command, ok bool) {
	for _, c := range commands() {
		if c.name == name {
			return c, true
		}
	}
	return command{}, false
}

// commandNames proposes commands for a line of which before stands before the cursor.
func commandNames(before string) []eval.Completion {
	word := strings.TrimLeft(before, " ")
	var names []eval.Completion
	for _, c := range commands() {
		if strings.HasPrefix(c.name, word) {
			names = append(names, eval.Completion{Start: len(before) - len(word), Text: c.name, Detail: c.summary})
		}
	}
	return names
}

// completeCommand proposes the first argument of a command; ok is false if before is not that.
func completeCommand(before string) (proposals []eval.Completion, ok bool) {
	word, arg, found := strings.Cut(strings.TrimLeft(before, " "), " ")
	cmd, ok := find(word)
	if !found || !ok || cmd.words == nil {
		return nil, false
	}
	for _, w := range cmd.words() {
		if strings.HasPrefix(w, arg) {
			proposals = append(proposals, eval.Completion{Start: len(before) - len(arg), Text: w})
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

func runHistory(_ context.Context, s *Session, a *answer, _ string) error {
	for i, line := range s.history.lines {
		number := strconv.Itoa(i + 1)
		line = strings.ReplaceAll(text.EscapeLines(line), "\n", "\n      ")
		if _, err := fmt.Fprintf(a, "%4s  %s\n", number, line); err != nil {
			return err
		}
	}
	return nil
}
