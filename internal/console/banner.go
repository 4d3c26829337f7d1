package console

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/internal/text"
)

// started is when the process started, give or take its initialization.
var started = time.Now()

// Banner returns the first lines of a session, without a newline at the end: which process this is
// and where, what the session may do to it, and what to type next. They fit the terminal, and 80
// columns if its width is not known.
func (s *Session) Banner() string {
	st := s.currentStyle()
	return strings.Join(bannerLines(st.name, mainModule().Version, s.level.acts(), st.width.terminal), "\n")
}

// bannerLine is Banner in one line, for a terminal whose width only the client knows.
func (s *Session) bannerLine() string {
	return strings.Join(bannerLines(s.currentStyle().name, mainModule().Version, s.level.acts(), math.MaxInt), ", ")
}

// maxBannerName bounds a name in the banner, in columns.
const maxBannerName = 56

func bannerLines(n Name, version string, acts bool, columns int) []string {
	name := func(s string) string { return middle(text.Escape(s), min(maxBannerName, columns-3)) }
	var b strings.Builder
	b.WriteString("sightglass in " + name(cmp.Or(n.Program, Program())))
	if version != "" {
		b.WriteString(" " + name(version))
	}
	if n.Host != "" {
		b.WriteString(" on " + name(n.Host))
	}
	fmt.Fprintf(&b, ", pid %d, up %s", os.Getpid(), uptime(time.Since(started)))
	may := "Read-only."
	if acts {
		may = "You may act; level look ends that."
	}
	about := fmt.Sprintf("%s %s/%s. %s Type help, or dir().", runtime.Version(), runtime.GOOS, runtime.GOARCH, may)
	return append(text.Fold(b.String(), columns-1, "  "), text.Fold(about, columns-1, "")...)
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
