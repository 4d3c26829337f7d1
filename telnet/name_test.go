package telnet

import (
	"os"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/internal/console"
)

func TestName(t *testing.T) {
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for given, want := range map[string]console.Name{
		"":          {Program: "telnet.test", Host: host},
		"shop":      {Program: "shop", Host: host},
		"shop@eu-1": {Program: "shop", Host: "eu-1"},
		"shop@":     {Program: "shop"},
		"@eu-1":     {Program: "telnet.test", Host: "eu-1"},
		"-":         {},
	} {
		if got := (&Server{Name: given}).programName(); got != want {
			t.Errorf("%q is %+v, want %+v", given, got, want)
		}
	}
}

// A terminal has the name in its prompt, with whatever it has in it escaped; plain lines have not.
func TestNameInPrompt(t *testing.T) {
	for given, want := range map[string]string{
		"shop@web-7":                      "shop@web-7 > ",
		"sh\x1b[2Jop\r\n> @w\xffeb\u202e": `sh\x1b[2Jop\r\n> @w\xffeb\u202e > `,
		"-":                               "> ",
	} {
		c := serve(t, &Server{Name: given}, "tcp", "127.0.0.1:0").dial(t)
		if got := c.waitFor("\r\n> "); strings.ContainsAny(commands.ReplaceAllString(got, ""), "\x1b\x07") {
			t.Errorf("the banner is %q", got)
		}
		c.send("1\r\n")
		if got := c.answer(); got != "1\r\n" {
			t.Errorf("plain lines are answered %q", got)
		}
		c.send("\xff\xfd\x01\xff\xfd\x03") // DO ECHO, DO SGA
		c.send("2\r")
		if got := c.waitFor("\r\n2\r\n" + want); !strings.HasSuffix(got, "\r\n2\r\n"+want) {
			t.Errorf("the prompt is not %q but %q", want, got)
		}
	}
}
