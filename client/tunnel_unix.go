//go:build unix

package client

import (
	"os"
	"os/exec"
	"syscall"
)

// leash has the shell start a program that Ctrl-C does not end, since that is for the question at hand.
// The program ends when descriptor 3 does, unless a line comes before: then it is being ended, and its
// number may soon be another's.
const leash = `trap "" INT; (read -r line <&3 || kill $$) >/dev/null 2>&1 & exec 3<&-; exec "$@"`

// bound returns the command for a program that ends when life does. Without a shell it may outlive this
// process.
func bound(life *os.File, path string, args []string, apart bool) *exec.Cmd {
	c := exec.Command(path, args...)
	if sh, err := exec.LookPath("sh"); err == nil {
		c = exec.Command(sh, append([]string{"-c", leash, "sh", path}, args...)...)
		c.ExtraFiles = []*os.File{life}
	}
	if apart {
		c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	}
	return c
}
