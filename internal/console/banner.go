package console

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/internal/text"
)

// started is when the process started, give or take its initialization.
var started = time.Now()

// Banner returns the first line of a session: which process this is, what the session may do to it,
// and what to type next.
func Banner() string {
	version := ""
	build, ok := debug.ReadBuildInfo()
	if !ok {
		build = &debug.BuildInfo{}
	}
	if v := build.Main.Version; v != "" {
		version = " " + v
	}
	return fmt.Sprintf("sightglass in %s%s, %s %s/%s, pid %d, up %s. Read-only. Type help, or dir().",
		text.EscapeLines(program(os.Args, build.Main.Path)), text.EscapeLines(version),
		runtime.Version(), runtime.GOOS, runtime.GOARCH, os.Getpid(), uptime(time.Since(started)))
}

// program returns the name of the process, as in args, or that of its main module if args is empty.
func program(args []string, module string) string {
	if len(args) > 0 && args[0] != "" {
		return strings.TrimSuffix(filepath.Base(args[0]), ".exe")
	}
	if module != "" {
		return path.Base(module)
	}
	return "a program"
}

// uptime writes d in its two largest units.
func uptime(d time.Duration) string {
	days, hours, minutes := int(d.Hours())/24, int(d.Hours())%24, int(d.Minutes())%60
	switch {
	case days > 0:
		return fmt.Sprintf("%dd%dh", days, hours)
	case hours > 0:
		return fmt.Sprintf("%dh%dm", hours, minutes)
	case minutes > 0:
		return fmt.Sprintf("%dm%ds", minutes, int(d.Seconds())%60)
	}
	return fmt.Sprintf("%ds", int(d.Seconds()))
}
