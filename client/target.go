package client

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/sightglass-go/sightglass/telnet"
)

// onlyTarget stands for the only process of this user that has a window.
const onlyTarget = "."

// resolve returns the address of a target: an address, or the pid or the name of a process of list.
func resolve(target string) (addr string, err error) {
	if strings.Contains(target, ":") {
		return target, nil
	}
	all, err := telnet.Processes()
	if err != nil {
		return "", err
	}
	return choose(all, target)
}

// choose returns the address of the one process that target names.
func choose(all []telnet.Process, target string) (string, error) {
	found := matching(all, target)
	switch {
	case len(found) == 1:
		return found[0].Addrs[0], nil
	case len(found) > 1:
		if target == onlyTarget {
			return "", misused("there are several processes with a window; choose one by its pid:\n%s", table(found))
		}
		return "", misused("there are several processes named %s; choose one by its pid:\n%s", target, table(found))
	case len(all) == 0 && target == onlyTarget:
		return "", errNoWindow
	case len(all) == 0:
		return "", fmt.Errorf("%w, so none is named %s; an address is %s", errNoWindow, target, addressLike(target))
	}
	return "", fmt.Errorf("no process with a window is named %s, and an address is %s; there are:\n%s", target, addressLike(target), table(all))
}

// addressLike returns how the address is written that somebody may have meant: a port alone is none.
func addressLike(target string) string {
	if port, err := strconv.ParseUint(target, 10, 16); err == nil && port > 0 {
		return "host:port, as in localhost:" + target
	}
	return "host:port or unix:/path"
}

// errNoWindow is the error where list has nothing to show.
var errNoWindow = errors.New("no process of this user has a window")

// table returns lines of processes without the end of the last one.
func table(all []telnet.Process) string { return strings.TrimSuffix(lines(all), "\n") }

// matching returns the processes that target names: the one of that pid, or all of that name, or else
// all of that program.
func matching(all []telnet.Process, target string) (found []telnet.Process) {
	if target == onlyTarget {
		return all
	}
	pid, _ := strconv.Atoi(target)
	for _, is := range []func(telnet.Process) bool{
		func(p telnet.Process) bool { return p.PID == pid },
		func(p telnet.Process) bool { return p.Name == target },
		func(p telnet.Process) bool { return p.Program == target },
	} {
		for _, p := range all {
			if is(p) {
				found = append(found, p)
			}
		}
		if len(found) > 0 {
			break
		}
	}
	return found
}
