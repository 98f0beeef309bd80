package intercept

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Environ returns an environment, name=value each, with variables that lead a program and
// its children to the proxy. It keeps existing settings of their runtimes.
func (p *Proxy) Environ(base []string, f *Folder) []string {
	e := environment(slices.Clone(base))
	proxy := fmt.Sprintf("http://127.0.0.1:%d", p.Port())
	proxied := []string{"HTTPS_PROXY"}
	if p.config.Offline { // only then: other hosts are refused
		proxied = append(proxied, "HTTP_PROXY", "ALL_PROXY")
	}
	direct := directHosts(e.get("NO_PROXY"), e.get("no_proxy"))
	for _, name := range append(proxied, "NO_PROXY") {
		value := proxy
		if name == "NO_PROXY" {
			value = direct
		}
		e.set(name, value)
		e.set(strings.ToLower(name), value)
	}
	own, bundle := f.file(ownFile), f.file(bundleFile)
	for _, name := range []string{"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"} {
		e.set(name, bundle)
	}
	if more, err := os.ReadFile(e.get("NODE_EXTRA_CA_CERTS")); err == nil {
		if text, err := os.ReadFile(own); err == nil && os.WriteFile(f.file("node.pem"), append(append(more, '\n'), text...), 0o600) == nil {
			own = f.file("node.pem")
		}
	}
	e.set("NODE_EXTRA_CA_CERTS", own)
	e.before("NODE_OPTIONS", fmt.Sprintf("--require %q", filepath.ToSlash(f.file("node.cjs"))), " ")
	list := string(filepath.ListSeparator)
	e.before("PYTHONPATH", f.file("python"), list)
	e.before("RUBYLIB", f.file("ruby"), list)
	e.before("RUBYOPT", "-rfakestripe_exec", " ")
	// An empty part means PHP's built-in folder.
	e.set("PHP_INI_SCAN_DIR", e.get("PHP_INI_SCAN_DIR")+list+f.file("php"))
	return e
}

// directHosts returns the hosts to reach without a proxy: those of the variables, unless
// they include Stripe's, and this machine.
func directHosts(lists ...string) string {
	direct := []string{"localhost", "127.0.0.1", "::1"}
	for _, list := range lists {
		for _, host := range strings.Split(list, ",") {
			host = strings.TrimSpace(host)
			name, _, _ := strings.Cut(strings.TrimLeft(host, "*."), ":")
			if name != "" && name != "com" && !IsStripe(name) && !slices.Contains(direct, host) {
				direct = append(direct, host)
			}
		}
	}
	return strings.Join(direct, ",")
}

// An environment is a list of name=value.
type environment []string

func (e environment) get(name string) (value string) {
	for _, entry := range e {
		if given, ok := strings.CutPrefix(entry, name+"="); ok {
			value = given // the last one counts
		}
	}
	return value
}

func (e *environment) set(name, value string) {
	*e = slices.DeleteFunc(*e, func(entry string) bool { return strings.HasPrefix(entry, name+"=") })
	*e = append(*e, name+"="+value)
}

// before prepends a part to a variable's list.
func (e *environment) before(name, part, separator string) {
	if have := e.get(name); have != "" {
		part += separator + have
	}
	e.set(name, part)
}
