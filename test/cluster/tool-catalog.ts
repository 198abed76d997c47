/*
 * What the cluster tests run: a control plane and the controllers of GitOps, as Go modules. Each tool is a
 * module of its own, because Kubernetes, Flux and Argo CD pin different versions of the same packages.
 */

export const KUBERNETES = '1.35.8'
const SEALED_SECRETS = 'v0.36.0'

/** One binary: what to build, from which module, and what of its go.mod has to be said again. */
export type Tool = Readonly<{
  name: ToolName
  /** The suites that run it. */
  suites: readonly SuiteName[]
  module: string
  version: string
  /** The main package that is built; without it `main` is. */
  package?: string
  /** The text of main.go. */
  main?: string
  /** The version of the modules that the go.mod replaces by folders; without it those lines are dropped. */
  localVersion?: string
  /** Lines of `replace` that the go.mod of the tool has in another form. */
  replace?: Readonly<Record<string, string>>
  ldflags?: string
  /** Build tags, where a tool can leave out what is not used here. */
  tags?: readonly string[]
  /** Folder of the module with the CRDs of a controller, which are kept beside its binary. */
  crds?: string
  /** Scripts of the module that it calls by name, kept beside its binary. */
  scripts?: readonly string[]
}>

export type SuiteName =
  'admission' | 'deploy' | 'flux' | 'argo' | 'secrets' | 'containers' | 'production' | 'dockerfile'

const gitops: readonly SuiteName[] = ['admission', 'deploy', 'flux', 'argo']
/** Those whose nodes are played. */
const played: readonly SuiteName[] = [...gitops, 'secrets']
/** Those whose nodes run containers. */
const real: readonly SuiteName[] = ['containers', 'production']

export type ToolName =
  | 'etcd'
  | 'kube'
  | 'kwok'
  | 'source-controller'
  | 'kustomize-controller'
  | 'kustomize'
  | 'argocd'
  | 'coredns'
  | 'kube-router'
  | 'prometheus'
  | 'sealed-secrets'
  | 'kubeseal'
  | 'external-secrets'

/** Argo CD without its API server, whose page is not in the module. */
const argoMain = `package main

import (
	"os"

	controller "github.com/argoproj/argo-cd/v3/cmd/argocd-application-controller/commands"
	reposerver "github.com/argoproj/argo-cd/v3/cmd/argocd-repo-server/commands"
)

func main() {
	command := controller.NewCommand()
	if os.Getenv("ARGOCD_BINARY_NAME") == "argocd-repo-server" {
		command = reposerver.NewCommand()
	}
	if command.Execute() != nil {
		os.Exit(1)
	}
}
`

const kubeComponents: readonly string[] = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
]

/** CoreDNS with the plugins of a cluster's Corefile: most of the others are clients of clouds. */
const dnsMain = `package main

import (
	"github.com/coredns/coredns/coremain"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/ready"
)

func main() { coremain.Run() }
`

/** The build order: what starts first is built first. */
export const tools: readonly Tool[] = [
  {
    name: 'etcd',
    suites: [...played, ...real],
    module: 'go.etcd.io/etcd/server/v3',
    version: 'v3.7.1',
    package: 'go.etcd.io/etcd/server/v3',
  },
  {
    name: 'kube',
    suites: [...played, ...real],
    module: 'k8s.io/kubernetes',
    version: `v${KUBERNETES}`,
    main: kubeMain(kubeComponents),
    localVersion: `v0.${KUBERNETES.slice(2)}`,
    ldflags: versionFlags(KUBERNETES),
  },
  {
    name: 'kwok',
    suites: played,
    module: 'sigs.k8s.io/kwok',
    version: 'v0.8.0',
    package: 'sigs.k8s.io/kwok/cmd/kwok',
  },
  {
    name: 'source-controller',
    suites: gitops,
    module: 'github.com/fluxcd/source-controller',
    version: 'v1.9.1',
    package: 'github.com/fluxcd/source-controller',
    crds: 'config/crd/bases',
  },
  {
    name: 'kustomize-controller',
    suites: gitops,
    module: 'github.com/fluxcd/kustomize-controller',
    version: 'v1.9.4',
    package: 'github.com/fluxcd/kustomize-controller',
    crds: 'config/crd/bases',
  },
  {
    name: 'kustomize',
    suites: gitops,
    module: 'sigs.k8s.io/kustomize/kustomize/v5',
    version: 'v5.8.1',
    package: 'sigs.k8s.io/kustomize/kustomize/v5',
  },
  {
    name: 'argocd',
    suites: gitops,
    module: 'github.com/argoproj/argo-cd/v3',
    version: 'v3.5.7',
    main: argoMain,
    crds: 'manifests/crds',
    scripts: ['hack/git-verify-wrapper.sh'],
    // A nested module without tags on this line; the proxy has this revision of it.
    replace: {
      'github.com/argoproj/argo-cd/gitops-engine':
        'github.com/argoproj/argo-cd/gitops-engine@v0.0.0-20260914071520-c9c369efcc5b',
    },
  },
  {
    name: 'coredns',
    suites: real,
    module: 'github.com/coredns/coredns',
    version: 'v1.14.7',
    main: dnsMain,
  },
  {
    name: 'kube-router',
    suites: real,
    module: 'github.com/cloudnativelabs/kube-router/v2',
    version: 'v2.1.0',
    package: 'github.com/cloudnativelabs/kube-router/v2/cmd/kube-router',
  },
  {
    name: 'prometheus',
    suites: real,
    module: 'github.com/prometheus/prometheus',
    version: 'v0.314.0',
    package: 'github.com/prometheus/prometheus/cmd/prometheus',
    tags: ['remove_all_sd', 'enable_kubernetes_sd', 'enable_dns_sd'],
  },
  {
    name: 'sealed-secrets',
    suites: ['secrets'],
    module: 'github.com/bitnami-labs/sealed-secrets',
    version: SEALED_SECRETS,
    package: 'github.com/bitnami-labs/sealed-secrets/cmd/controller',
    crds: 'helm/sealed-secrets/crds',
  },
  {
    name: 'kubeseal',
    suites: ['secrets'],
    module: 'github.com/bitnami-labs/sealed-secrets',
    version: SEALED_SECRETS,
    package: 'github.com/bitnami-labs/sealed-secrets/cmd/kubeseal',
  },
  {
    name: 'external-secrets',
    suites: ['secrets'],
    module: 'github.com/external-secrets/external-secrets',
    // Serves external-secrets.io/v1. Of v0.20.4, some modules have no entry in the checksum database.
    version: 'v0.16.2',
    package: 'github.com/external-secrets/external-secrets',
    crds: 'config/crds/bases',
  },
]

/** The components of Kubernetes as one binary, chosen by its first argument: they share most of it. */
function kubeMain(components: readonly string[]): string {
  const alias = (name: string): string => name.replaceAll('-', '')
  const choice = (name: string): string =>
    `"${name}": func() *cobra.Command { return ${alias(name)}.${constructorOf(name)} },`
  return `package main

import (
	"context"
	"os"

	"github.com/spf13/cobra"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
${components.map((name) => `	${alias(name)} "k8s.io/kubernetes/cmd/${name}/app"`).join('\n')}
)

func main() {
	commands := map[string]func() *cobra.Command{
${components.map((name) => `		${choice(name)}`).join('\n')}
	}
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		os.Stderr.WriteString("kube: the first argument is a component\\n")
		os.Exit(2)
	}
	command := commands[os.Args[1]]()
	os.Args = append([]string{os.Args[1]}, os.Args[2:]...)
	os.Exit(cli.Run(command))
}
`
}

function constructorOf(component: string): string {
  const name = component.replace('kube-', '').replace('apiserver', 'APIServer')
  const words = name.split('-').map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
  return `New${words.join('')}Command(${component === 'kubelet' ? 'context.Background()' : ''})`
}

/** Without these flags the server says v0.0.0-master, and clients that look at versions refuse it. */
function versionFlags(version: string): string {
  const [major, minor] = version.split('.')
  const values = { gitVersion: `v${version}`, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' }
  return Object.entries(values)
    .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value ?? ''}`)
    .join(' ')
}

/** The tool of a name. */
export function toolOf(name: ToolName): Tool {
  const tool = tools.find((each) => each.name === name)
  if (tool === undefined) throw new Error(`the catalog has no ${name}`)
  return tool
}
