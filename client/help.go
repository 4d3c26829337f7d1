package client

import "strings"

// The topics of help that are about this prompt, and not about a telnet session as the server's are.
const (
	helpWatch = `watch [every] expression, … [until condition]: plot numbers while they change.
It samples every second, or at the interval that comes first, until Ctrl-C or until the condition holds; _ in it is the last expression's value. It samples less often if evaluating takes more than a tenth of the time. A struct or a map has a line for each number in it; of a list of numbers the histogram is drawn. Elsewhere _ stays the answer to what was asked last.
  watch stats.requests
  watch 5s len(orders.pending) until _ > 50
  watch 200ms cache.hits, cache.misses`

	helpKeys = `  Tab                     complete a name; again: list what could stand there
  Up, Down                earlier lines that begin like this one; also ^P ^N
  ^R                      search earlier lines, again for older, ^S for newer; ^G gives up
  Left, Right, Home, End  move; also ^B ^F ^A ^E; by words Alt-b Alt-f, Control-arrow
  Backspace, Delete, ^D   delete a character; also ^H
  ^W ^U ^K Alt-d          delete a word, to the start, to the end, next word
  ^Y ^T ^L                put back deleted text, then Alt-y what was deleted before; swap two letters; clear screen
  Enter                   ask; with a bracket open, go on with the next line, which an empty one ends
  ^C                      drop the line, or end the evaluation, its output and the lines pasted behind it
  ^D                      on an empty line: leave
  ^Z                      stop, where a shell can go on with fg
What is pasted waits for Enter, which asks line by line.
At -- more --, Space shows the next screen of a long answer, Enter a line, G the rest; / finds a text, n finds it again; q ends the answer, ^C the line. $PAGER has keys of its own.`

	noHistory = `history has the lines of a telnet session; Up and Ctrl-R go through those of this prompt, and \save FILE writes them`
	noJSON    = "json is for programs; set format json has answers in JSON"

	// helpMore stands below help without a topic.
	helpMore = `
This prompt
  EXPRESSION | PROGRAM
                     send the answer to a program: cache | less
  EXPRESSION > ./FILE
                     write it to a file; >> adds to one
  \?                 list the prompt's own commands: \watch, \save, \run`
)

// helpHere returns the help on a topic that is about this prompt.
func helpHere(topic string) (page string, ok bool) {
	switch topic {
	case "watch":
		return helpWatch, true
	case "keys":
		return helpKeys, true
	case "history":
		return noHistory, true
	case "json":
		return noJSON, true
	}
	return "", false
}

// withoutAbsent returns the server's list of commands without those that are not for this prompt.
func withoutAbsent(overview string) string {
	var kept []string
	absent := false
	for line := range strings.SplitSeq(overview, "\n") {
		if absent && strings.HasPrefix(line, "   ") { // goes on with the row above
			continue
		}
		if absent = strings.HasPrefix(line, "  json on") || strings.HasPrefix(line, "  history ["); !absent {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}
