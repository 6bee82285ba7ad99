package fix

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/why401/why401/internal/lazyregexp"
)

// Obstacles are the reasons why this program does not make the change here: a file that something else owns, or that
// others could swap in our hands. Lower-case sentences without a full stop; none when it may go on.
func (p *Plan) Obstacles() []string {
	var out []string
	for i := range p.Files {
		out = append(out, p.Files[i].obstacles()...)
	}
	for _, d := range p.Databases {
		out = append(out, d.why...)
	}
	return out
}

func (f *File) obstacles() []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }

	if by := managed(f.before); by != "" {
		say("%s is written by another program (%s): change it there, or it will be overwritten", f.Path, by)
	}
	if by := generatedAt(f.before, f.Edits); by != "" {
		say("the place in %s is written by another program (%s): change it there, or it will be overwritten", f.Path, by)
	}
	if by := ownedPath(f.Real); by != "" {
		say("%s belongs to %s, which writes it anew", f.Real, by)
	}
	for _, l := range f.Links {
		if strings.Contains(l, "/..data") || strings.HasSuffix(l, "-> ..data") || strings.Contains(l, "-> ..data/") {
			say("%s is mounted from a Kubernetes ConfigMap or Secret (%s): change that object", f.Path, l)
			break
		}
	}
	if f.ID.Links > 1 {
		say("%s has %d names (hard links): to replace it would leave the others as they are", f.Path, f.ID.Links)
	}
	if mountPoint(f.Real) {
		say("%s is mounted by itself (a bind mount, as containers have): change it on the host", f.Path)
	}
	for _, why := range looseFolders(f.Real, uint32(f.Meta.UID)) {
		say("%s", why)
	}
	if why := f.rights(); why != "" {
		say("%s", why)
	}
	return out
}

// rights says what keeps us from replacing the file with one that has the same owner.
func (f *File) rights() string {
	dir := filepath.Dir(f.Real)
	if err := unix.Access(dir, unix.W_OK); err != nil {
		return fmt.Sprintf("no right to write in %s: %v", dir, err)
	}
	if h, err := os.Open(f.Real); err == nil {
		defer h.Close()
		if why := locked(h); why != "" {
			return f.Path + " is " + why
		}
	}
	uid := os.Geteuid()
	if uid == 0 {
		return ""
	}
	groups, _ := os.Getgroups()
	switch {
	case f.Meta.UID != uid:
		return fmt.Sprintf("%s belongs to another user (%d), which the new file could not: run this with sudo", f.Path, f.Meta.UID)
	}
	for _, gid := range []int{f.Meta.GID, f.will().GID} {
		if gid != os.Getegid() && !slices.Contains(groups, gid) {
			return fmt.Sprintf("%s belongs, or is to belong, to a group (%d) that you are not in: run this with sudo", f.Path, gid)
		}
	}
	return ""
}

// looseFolders are the folders above path, a file of owner, in which others could put another file in this one's place. Where
// the sticky bit is set only a file's owner can.
func looseFolders(path string, owner uint32) []string {
	var out []string
	child := path
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		if fi, err := os.Stat(dir); err == nil {
			st := statOf(fi)
			others := st.Mode&0o002 != 0
			// A user's own group has the user's number, by the custom of most systems, and nobody else in it.
			team := st.Mode&0o020 != 0 && st.Gid != 0 && st.Gid != st.Uid
			sticky := st.Mode&unix.S_ISVTX != 0 && ours(child)
			stranger := st.Uid != 0 && int(st.Uid) != os.Geteuid()
			switch {
			case others && !sticky:
				out = append(out, dir+" is writable by everybody: anyone could put another file in its place")
			case team && !sticky:
				out = append(out, fmt.Sprintf("%s is writable by its group (%d): its members could put another file in its place", dir, st.Gid))
			case stranger && os.Geteuid() == 0 && dir == filepath.Dir(path) && st.Uid != owner: // a file's owner may change it anyhow
				out = append(out, fmt.Sprintf("%s belongs to user %d, who could put another file in its place", dir, st.Uid))
			}
		}
		if dir == filepath.Dir(dir) {
			return out
		}
		child = dir
	}
}

func ours(path string) bool {
	fi, err := os.Lstat(path)
	return err == nil && (statOf(fi).Uid == 0 || int(statOf(fi).Uid) == os.Geteuid())
}

// mountPoint reports that path itself is mounted: mount points stand in the fifth column (proc_pid_mountinfo(5)).
func mountPoint(path string) bool {
	b, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(b)) {
		if cols := strings.Fields(line); len(cols) > 4 && unescapeMount(cols[4]) == path {
			return true
		}
	}
	return false
}

func unescapeMount(s string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}

// A file's head says who writes it. Only the comments before the first directive are looked at: certbot marks single lines
// of files that stay the user's own.
var managedBy = lazyregexp.New(`(?i)\b(?:(?:is|are|file|config|configuration|content|host|centrally)\s+)?(?:managed|maintained|controlled|(?:auto(?:matically)?[- ]?)?generated|created automatically|written|rendered)\s+(?:by|with|from|via|using)\s+(\S[^.\n]{0,60})` +
	`|\bansible[ _-]managed\b|\b(?:puppet|ansible|chef|saltstack|cfengine|terraform)\b[^\n]{0,80}\b(?:overwrit|managed|do not)|\bdo not (?:edit|modify|change)\b|\bDON'T (?:EDIT|MODIFY)\b|\bauto(?:matically)?[- ]?generated\b` +
	`|\b(?:any |manual |local )?(?:changes|edits|modifications)\b[^\n]{0,60}\b(?:will be|are|get) (?:lost|overwritten|overridden|discarded|replaced)`)

// headLines is how much of a file is its head.
const headLines = 40

func managed(b []byte) string {
	n := 0
	for line := range strings.Lines(string(b)) {
		t := strings.TrimSpace(line)
		if n++; n > headLines {
			return ""
		}
		if t == "" {
			continue
		}
		if !strings.HasPrefix(t, "#") && !strings.HasPrefix(t, ";") && !strings.HasPrefix(t, "//") && !strings.HasPrefix(t, "/*") && !strings.HasPrefix(t, "*") {
			return ""
		}
		if managedBy.MatchString(t) {
			return strings.TrimSpace(strings.TrimLeft(t, "#;/* "))
		}
	}
	return ""
}

// generatedAt finds a block that its writer marked with BEGIN and END (WordPress and its plug-ins do so in .htaccess), or a
// mark on the line itself, at the place of an edit.
func generatedAt(b []byte, edits []Edit) string {
	at, block := 0, ""
	for line := range strings.Lines(string(b)) {
		text := strings.TrimSpace(line)
		mark := strings.Index(strings.ToLower(line), "managed by")
		for _, e := range edits {
			switch here := e.Start >= at && e.Start < at+len(line); {
			case here && block != "":
				return block
			case here && e.Old != "" && mark >= 0:
				return strings.TrimSpace(line[mark:])
			}
		}
		if name, begins := strings.CutPrefix(text, "# BEGIN "); begins {
			block = name
		} else if strings.HasPrefix(text, "# END ") {
			block = ""
		}
		at += len(line)
	}
	return ""
}

// ownedPath says which program owns a path by its place alone.
func ownedPath(path string) string {
	for _, o := range []struct{ part, by string }{
		{"/nix/store/", "Nix"}, {"/gnu/store/", "Guix"}, {"/usr/local/cpanel/", "cPanel"}, {"/var/cpanel/", "cPanel"},
		{"/etc/apache2/conf.d/userdata/", "cPanel"}, {"/usr/local/psa/", "Plesk"}, {"/var/www/vhosts/system/", "Plesk"}, {"/etc/nginx/plesk.conf.d/", "Plesk"},
		{"/usr/local/directadmin/", "DirectAdmin"}, {"/usr/local/ispconfig/", "ISPConfig"}, {"/run/", "a program that writes it at each start"},
	} {
		if strings.HasPrefix(path, o.part) {
			return o.by
		}
	}
	return ""
}
