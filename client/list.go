package client

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/internal/text"
	"github.com/sightglass-go/sightglass/telnet"
)

// list is the command that lists processes.
type list struct {
	JSON bool `name:"json" help:"Print JSON, an object a line."`
}

func (list) Help() string {
	return examples("sightglass list", "sightglass list --json | jq -r .pid") +
		"\n\nA server tells where it listens by a file in $XDG_RUNTIME_DIR/sightglass, or where that is not set, or another user's, in sightglass-UID of the folder for temporary files, unless it is Unlisted."
}

// Run prints a line for each process, and nothing if there is none.
func (l *list) Run(std streams, quiet *bool) error {
	all, err := telnet.Processes()
	if err != nil {
		return failure{err}
	}
	if len(all) == 0 && !*quiet {
		fmt.Fprintf(std.err, "sightglass: %v\n", errNoWindow)
	}
	if !l.JSON {
		if len(all) > 0 {
			_, err = fmt.Fprint(std.out, lines(all))
		}
		return err
	}
	for _, p := range all {
		line, err := json.Marshal(map[string]any{
			"pid": p.PID, "name": p.Name, "program": p.Program, "version": p.Version, "started": p.Started, "addrs": p.Addrs, "tls": p.TLS,
		})
		if err != nil {
			return failure{err}
		}
		if _, err := fmt.Fprintf(std.out, "%s\n", line); err != nil {
			return err
		}
	}
	return nil
}

// lines returns a table of processes.
func lines(all []telnet.Process) string {
	rows := [][]string{{"PID", "NAME", "PROGRAM", "VERSION", "UP", "ADDRESSES"}}
	for _, p := range all {
		addrs := strings.Join(p.Addrs, " ")
		if p.TLS {
			addrs += " (TLS)"
		}
		version := p.Version
		if version == "" {
			version = "-"
		}
		rows = append(rows, []string{strconv.Itoa(p.PID), p.Name, p.Program, version, uptime(time.Since(p.Started)), addrs})
	}
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for c, cell := range row {
			widths[c] = max(widths[c], text.Width(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		for c, cell := range row {
			if c == len(row)-1 {
				b.WriteString(cell + "\n")
				continue
			}
			b.WriteString(cell + strings.Repeat(" ", widths[c]-text.Width(cell)+2))
		}
	}
	return b.String()
}

// uptime writes d in its largest unit.
func uptime(d time.Duration) string {
	switch d = max(d, 0); {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%dd", int(d.Hours())/24)
	case d >= 2*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	case d >= 2*time.Minute:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	}
	return fmt.Sprintf("%ds", int(d.Seconds()))
}
