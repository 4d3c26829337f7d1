package console

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/eval"
)

// word is a row of the table of words that people know from other shells, and type here. A name that
// the application exposes or the session has given comes first: a line is looked for in the table once
// it turned out to be no expression.
type word struct {
	names string // the words, in lower case, between blanks
	alone string // the line that is run instead if nothing follows the word; "" for none
	with  string // the same if something follows, which {} stands for
	say   string // what is said if neither line is there; {} stands for what follows, or x
}

// noDebugger is what is said to the commands of one.
const noDebugger = "this is no debugger: the program never stops here, and nothing is stepped through; ask for its objects by name: dir() lists them"

// onlyLooks is what is said to the commands that change something.
const onlyLooks = "a session looks, and changes nothing but by the actions that the application has named: help level"

// words returns the table. Lines of it are commands or expressions.
func words() []word {
	return []word{
		{names: `? h help \? \h :h :help .help /help man usage manual tutorial commands topics`, alone: "help", with: "help {}"},
		{names: `functions funcs keywords operators`, alone: "help functions"},
		{names: `examples expressions language syntax`, alone: "help expressions"},
		{names: `exit quit q bye logout logoff halt \q :q :q! :wq :x :quit :exit .exit .quit /quit /exit zz`, alone: "quit"},

		// What there is, and what it is.
		{names: `ls ll la l dir list objects names tables \d \dt \l \dt+ :l .ls .tables i`, alone: "dir", with: "dir {}"},
		{names: `keys scan`, alone: "dir", with: "keys({})"},
		{names: `show`, alone: "dir", with: "{}"},
		{names: `desc describe about \d+ :i :info :doc doc ??`, alone: "help", with: "help({})"},
		{names: `whatis ptype typeof type :t :type :kind :k`, with: "type({})", say: "type(x) is the type of x"},
		{names: `print p pp po puts echo println printf say inspect eval expr cat get hgetall lrange smembers dump output return =`, with: "{}", say: "write a name or an expression alone: dir() lists the names"},
		{names: `console.log fmt.println fmt.printf print_r var_dump`, say: "write the value alone"},
		{names: `b locals globals variables env set_vars \set`, alone: "vars"},
		{names: `len llen hlen scard dbsize strlen wc count`, with: "len({})", say: "len(x) counts the elements of x"},
		{names: `du sizeof size memory mem`, with: "size({})", say: "size(x) is the memory of x with all that it leads to"},
		{names: `head`, with: "take({}, 10)", say: "take(xs, 10) has the first ten"},
		{names: `tail`, say: "{}[-10:] has the last ten of a list"},
		{names: `tree`, with: "tree({})", say: "tree(x) shows what x holds"},
		{names: `json jq`, with: "json({})", say: "json(x) is x as JSON"},
		{names: `find grep egrep rg ack search`, say: `filter(xs, string(#) contains "…") finds elements, and ^R earlier lines`},

		// Where this is.
		{names: `info version ver uptime hostname uname pid status banner ping \conninfo :version .version`, alone: bannerLine,
			say: "help(x) is about an object, and dir(x) lists what it holds"},
		{names: `whoami id w users sessions clients client`, alone: "who"},
		{names: `date now`, alone: "now()"},
		{names: `settings options limits :set`, alone: "set", with: "set {}"},
		{names: `clear cls reset \clear :clear .clear`, alone: clearLine},
		{names: `pwd cd use select \c`, say: "there is no current place: names are whole, as in cache.items, and dir(x) lists what follows x"},
		{names: `\s`, alone: "history"},

		// Again and again.
		{names: `display monitor follow`, with: "watch {}", say: "watch x shows how x changes"},
		{names: `\watch`, say: "watch 2s x evaluates x every two seconds"},
		{names: `timing \timing :time %time %timeit`, with: "time {}", say: "time tells what the last answer cost"},
		{names: `sleep wait`, say: "watch 2s x evaluates x every two seconds, and watch x until _ > 5 waits for something"},

		// What is not here.
		{names: `bt backtrace where stack goroutines goroutine threads thread frame up down step next continue cont c n s break breakpoint bp run r finish watchpoint disassemble regs args list_source x/ jad sc sm trace tt stacktrace`, say: noDebugger},
		{names: `heapdump profile profiler pprof perf flame`, say: "profiles come from net/http/pprof; size(x), freq(xs, .field) and hist(xs, .field) show what memory is used for"},
		{names: `dashboard htop`, say: "watch x shows how one object changes; registry.Func exposes numbers of the runtime"},
		{names: `vmtool ognl getstatic`, say: "write the expression alone: cache.items"},
		{names: `sysprop sysenv getenv export logger`, say: "only what the application exposes can be asked for: dir() lists it"},
		{names: `del delete rm flushall flushdb put insert update create drop alter append push incr decr kill stop start restart reload call undo write`, say: onlyLooks},
		{names: `save tee \o \i .load source import require load`, say: "a session reads and writes no files; keep it on your machine, as in telnet localhost 3000 | tee session.txt"},
		{names: `vi vim emacs nano less more edit \e`, say: "{}[0:20] shows a part, and a cut says what to type for the next one"},
		{names: `sudo su ssh bash sh zsh powershell \! ps free df uname curl wget git go python`, say: "this is no shell of the machine, but a window into the program: dir() lists what it exposes"},
		{names: `alias`, say: "x = … gives an answer a name in this session"},
	}
}

// The lines of the table that are neither commands nor expressions.
const (
	bannerLine = "banner"
	clearLine  = "clear"
)

// A line that is another way to write a word.
var (
	recalled = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^!(!|-?\d+|(\pL[\w-]*))$`) })
	helped   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^help\(\s*(\w+)\s*(?:\(\))?\s*\)$`) })
	callEnd  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(\(\))?[.;]?$`) })
)

// meant returns what runs the statement that is no expression, if it begins with a word of the table,
// pipes an answer to a program of a shell, or writes it to a file. err says why it is no expression.
func (s *Session) meant(statement string, err error, words int) (run func(ctx context.Context, a *answer) error) {
	var (
		mistake wrong
		e       *eval.Error
	)
	if words > maxWords || !errors.As(err, &mistake) || !errors.As(mistake.error, &e) || e.Line == 0 {
		return nil
	}
	line := strings.TrimSpace(statement)
	say := func(text string) func(context.Context, *answer) error {
		return func(context.Context, *answer) error { return complain("%s", text) }
	}
	if m := recalled().FindStringSubmatch(line); m != nil && (m[2] == "" || e.Code == "unknown_name") {
		return say("Up brings back the line before, ^R searches earlier ones, and history lists them")
	}
	if m := helped().FindStringSubmatch(line); m != nil && e.Code != "syntax" {
		for _, name := range []string{m[1] + "()", m[1]} { // keys is a function and a topic
			if _, ok := help(name); ok {
				return s.instead("help "+name, words)
			}
		}
	}
	begins := e.Col == 1+utf8.RuneCountInString(statement[:strings.Index(statement, line)])
	switch e.Code {
	case "syntax": // nothing was evaluated
	case "unknown_name", "unknown_function", "arguments":
		if !begins && !redirected().MatchString(line) {
			return nil
		}
	default:
		return nil
	}
	if hint := pipedTo(line, e); hint != "" {
		return say(hint)
	}
	if e.Code != "syntax" && !begins {
		return nil
	}
	if about := strings.TrimLeft(strings.TrimRight(line, "?"), "? "); about != line && objectPath().MatchString(about) {
		return s.instead("help "+about, words)
	}
	first, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	w, ok := findWord(first)
	if !ok {
		return nil
	}
	if w.alone != "" && (strings.HasPrefix(rest, "-") || rest == "*" || rest == "/" || rest == ".") {
		rest = "" // the options of a shell
	}
	switch {
	case rest != "" && strings.ContainsAny(rest[:1], "=|+*/%<>?:,&^"):
		return nil // it was to be an expression
	case rest == "" && w.alone != "":
		return s.instead(w.alone, words)
	case rest != "" && w.with == "{}":
		at := strings.Index(statement, first) + len(first)
		return s.behind(statement, at, words)
	case rest != "" && w.with != "":
		return s.instead(strings.ReplaceAll(w.with, "{}", rest), words)
	case w.say == "":
		return nil
	}
	about := rest
	if !objectPath().MatchString(about) {
		about = "x"
	}
	return say(strings.ReplaceAll(w.say, "{}", about))
}

// findWord returns the row of a word, which may be written as a call or end in a sign: exit(), q().
func findWord(first string) (w word, ok bool) {
	name := strings.ToLower(first)
	short := callEnd().ReplaceAllString(name, "")
	for _, w := range words() {
		all := strings.Fields(w.names)
		if slices.Contains(all, name) || short != "" && slices.Contains(all, short) {
			return w, true
		}
	}
	return word{}, false
}

// behind runs what follows the first bytes of a statement. Blanks keep the positions of errors right.
func (s *Session) behind(statement string, first, words int) func(context.Context, *answer) error {
	rest := blanks(statement[:first]) + statement[first:]
	run := s.instead(rest, words)
	return func(ctx context.Context, a *answer) error {
		err := run(ctx, a)
		var (
			mistake wrong
			e       *eval.Error
		)
		if errors.As(err, &mistake) && errors.As(mistake.error, &e) && e.Source == rest {
			typed := *e
			typed.Source = statement
			return wrong{&typed}
		}
		return err
	}
}

// maxWords bounds the words that a line may begin with, as in show version.
const maxWords = 3

// instead runs line, a command or an expression, in place of what was typed. words counts the words
// that were met before.
func (s *Session) instead(line string, words int) func(context.Context, *answer) error {
	return func(ctx context.Context, a *answer) error {
		switch line {
		case bannerLine:
			_, err := fmt.Fprintln(a, s.Banner())
			return err
		case clearLine:
			if st := s.currentStyle(); !st.echoed {
				return complain("^L clears the screen of a terminal in character mode")
			}
			a.held = false
			_, err := a.Write([]byte("\x1b[H\x1b[2J"))
			return err
		}
		return s.runWords(ctx, a, line, words+1)
	}
}

// tools are the programs of a shell that answers are piped to, with what asks the same of {}. … is
// what follows the name.
var tools = map[string]string{
	"grep": `filter({}, string(#) contains "…")`, "egrep": `filter({}, string(#) matches ` + "`…`" + `)`, "rg": `filter({}, string(#) contains "…")`, "ack": `filter({}, string(#) contains "…")`,
	"head": "take({}, 10)", "tail": "{}[-10:]", "wc": "len({})", "less": "{}[0:20]", "more": "{}[0:20]", "sort": "sort({}, .field)", "uniq": "freq({})",
	"jq": "{}.field, or map({}, .field)", "awk": "map({}, .field)", "cut": "map({}, .field)", "sed": `map({}, replace(string(#), "a", "b"))`, "xargs": "map({}, …)", "column": "{}", "nl": "{}", "cat": "{}", "tee": "",
}

var (
	piped      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(.+?)\s*\|\s*(\w+)(\s+([^|(]*?))?\s*$`) })
	redirected = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^.+?\s*>>?\s*([~./\w-]*[~/][~./\w-]*|[\w-]+\.(txt|json|log|csv|out|md|gz)|file|out|output|dump)\s*$`)
	})
	counted = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\d+$`) })
	grepped = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(-\w+\s+)*["']?([^"'\\]+?)["']?$`) })
)

// pipedTo returns what to type instead of a line that ends in a pipe to a program of a shell, or in a
// redirection; "" if it ends in neither.
func pipedTo(line string, e *eval.Error) string {
	const noFiles = "a session writes no files; keep it on your machine, as in telnet localhost 3000 | tee session.txt"
	if redirected().MatchString(line) && !strings.Contains(e.Message, "did you mean") {
		return noFiles
	}
	m := piped().FindStringSubmatch(line)
	if m == nil {
		return ""
	}
	from, tool, args := m[1], m[2], m[4]
	if len(from) > 200 {
		from = "x"
	}
	asks, ok := tools[tool]
	switch {
	case !ok || args == "" && slices.ContainsFunc(eval.Functions(), func(f eval.Function) bool { return f.Name == tool }):
		return ""
	case tool == "tee":
		return noFiles
	case from == "history":
		return fmt.Sprintf("there is no %s here; ^R searches earlier lines", tool)
	case from == "dir()" && tool == "grep":
		asks = `filter({}, .name contains "…")`
	}
	if n := counted().FindString(args); n != "" {
		asks = strings.ReplaceAll(asks, "10", n)
	}
	if text := grepped().FindStringSubmatch(args); text != nil && len(args) <= 100 && strings.Contains(asks, "…") {
		asks = strings.ReplaceAll(asks, "…", text[2])
	}
	return fmt.Sprintf("there is no %s here; write %s", tool, strings.ReplaceAll(asks, "{}", from))
}
