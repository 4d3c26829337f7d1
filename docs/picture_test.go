package docs_test

import (
	"cmp"
	"flag"
	"fmt"
	"html"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/cmd/sightglass/shop"
	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/rig"
	"github.com/sightglass-go/sightglass/registry"
	"github.com/sightglass-go/sightglass/telnet"
)

var update = flag.Bool("update", false, "draw the picture of README again; look at it")

// pictured is what is typed for the picture of README.
var pictured = []string{
	`cache.items["sku-17"]`,
	`count(cache.items, .price > 100 and .state == "fresh")`,
	`freq(cache.items, .tenant)`,
	`config.Database`,
	`max(cache.item, .price)`,
}

const (
	pictureColumns = 80
	pictureRows    = 50
)

// TestPicture: the picture of README is what a terminal of 80 columns shows.
func TestPicture(t *testing.T) {
	rig.Need(t, "telnet", "tmux")
	reg := registry.New()
	shop.Seeded(60_000, 1).Expose(reg)
	reg.GuardWait = rig.Patience / 2 // the machine may be busy
	addr := rig.Start(t, "tcp", "127.0.0.1:0", &telnet.Server{Registry: reg, Name: "shop@web-7", Limits: eval.Limits{Time: rig.Patience / 2}})
	screen := rig.NewScreen(t, pictureColumns, pictureRows, "echo '$ telnet localhost 3000'; telnet 127.0.0.1 "+rig.Port(t, addr))
	const prompt = `^shop@web-7 > ?`
	screen.Await(prompt + `\z`)
	for _, line := range pictured {
		screen.Enter(line)
		screen.Await(prompt + regexp.QuoteMeta(line) + `\n(?s:.*)` + prompt + `\z`)
	}
	const file = "docs/session.svg"
	got := draw(strings.TrimRight(screen.Tmux("capture-pane -e -p"), "\n"))
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := masked(written(got)), masked(written(rig.Read(t, file))); got != want {
		t.Errorf("%s shows\n%s\nand a terminal\n%s\nIf that is as it should be: go test ./docs -run Picture -update", file, want, got)
	}
}

// sgr are the colors of ECMA-48 that sessions use, as a terminal with a dark background has them.
var sgr = map[string]string{
	"": "#d4d4d4", "0": "#d4d4d4", "39": "#d4d4d4", "1": "#ffffff", "2": "#8a8a8a", "31": "#f48771", "32": "#98c379", "33": "#e5c07b",
	"34": "#7aa2f7", "35": "#c678dd", "36": "#56b6c2", "90": "#8a8a8a",
}

// draw draws what tmux has captured, with its colors, as an SVG.
func draw(captured string) string {
	const width, height, margin = 8.4, 18, 12 // of a character and a line, in pixels
	lines := strings.Split(captured, "\n")
	var b strings.Builder
	w, h := pictureColumns*width+2*margin, len(lines)*height+2*margin
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%d" viewBox="0 0 %[1]f %[2]d" font-family="ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14">`+"\n", w, h)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="6" fill="#1e1e1e"/>`+"\n")
	color, weight := sgr["0"], ""
	for i, line := range lines {
		column := 0
		fmt.Fprintf(&b, `<text y="%d" xml:space="preserve">`, margin+(i+1)*height-5)
		for line != "" {
			if rest, ok := strings.CutPrefix(line, "\x1b["); ok {
				params, after, _ := strings.Cut(rest, "m")
				for _, p := range strings.Split(params, ";") {
					color = cmp.Or(sgr[p], color)
					switch p {
					case "", "0", "22":
						weight = ""
					case "1":
						weight = ` font-weight="bold"`
					}
				}
				line = after
				continue
			}
			text, _, _ := strings.Cut(line, "\x1b[")
			line = line[len(text):]
			n := len([]rune(text))
			fmt.Fprintf(&b, `<tspan x="%.1f" textLength="%.1f" fill="%s"%s>%s</tspan>`, margin+float64(column)*width, float64(n)*width, color, weight, html.EscapeString(text))
			column += n
		}
		b.WriteString("</text>\n")
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// written returns the text in a picture, without what answers have cost.
func written(svg string) string {
	text := html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(svg, ""))
	return strings.TrimSpace(text)
}
