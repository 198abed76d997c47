import { stringify } from 'yaml'
import { POD_CIDR } from './control-plane.ts'
import { nodeImages } from './server-images.ts'

/** What the configuration of a node is made of. */
export type NodeParts = Readonly<{
  name: string
  address: string
  /** Its pods' addresses. */
  podCidr: string
  /** For its images and containers, on a disk. */
  folder: string
  /** Of its pods, in each hierarchy, with a leading slash. */
  cgroup: string
  caPath: string
  certPath: string
  keyPath: string
}>

/** The address of the Service of CoreDNS. */
export const DNS_ADDRESS = '10.96.0.10'
/** In the mount namespace of a node, where /run is its own. */
export const RUNTIME_SOCKET = '/run/containerd/containerd.sock'
export const CNI_PLUGINS = '/usr/lib/cni'

/** containerd 1.6, without what needs the right to lower the score of the memory killer. */
export const containerdConfig = ({ folder }: NodeParts): string => `version = 2
root = "${folder}/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "${RUNTIME_SOCKET}"
[plugins."io.containerd.grpc.v1.cri"]
  restrict_oom_score_adj = true
  sandbox_image = "${nodeImages.pause}"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${CNI_PLUGINS}"
    conf_dir = "${folder}/cni"
`

/**
 * A bridge on the node. What leaves the pods' network is masqueraded by a rule of the node, not by the
 * plugin: that would hide pods of one node from the policies of another.
 */
export const networkConfig = ({ podCidr }: NodeParts): string =>
  JSON.stringify({
    cniVersion: '0.4.0',
    name: 'pods',
    plugins: [
      {
        ...{ type: 'bridge', bridge: 'pods', isDefaultGateway: true, hairpinMode: true },
        ipam: { type: 'host-local', dataDir: '/run/pods', ranges: [[{ subnet: podCidr }]] },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  })

/** The kubelet on hierarchies of cgroup v1, without the right to lower its score of the memory killer. */
export const kubeletConfig = (parts: NodeParts): string =>
  stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: parts.address,
    authentication: {
      ...{ anonymous: { enabled: false }, webhook: { enabled: true } },
      x509: { clientCAFile: parts.caPath },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: parts.certPath,
    tlsPrivateKeyFile: parts.keyPath,
    containerRuntimeEndpoint: `unix://${RUNTIME_SOCKET}`,
    ...{ cgroupDriver: 'cgroupfs', cgroupRoot: parts.cgroup, failCgroupV1: false, oomScoreAdj: 0 },
    clusterDomain: 'cluster.local',
    clusterDNS: [DNS_ADDRESS],
    resolvConf: `${parts.folder}/resolv.conf`,
    failSwapOn: false,
    // All nodes share one disk, and their images cannot be fetched again.
    evictionHard: { 'memory.available': '200Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
  })

/** kube-proxy, which leaves alone the size of the table of connections: that is this machine's. */
export const proxyConfig = (kubeconfig: string, { name, address }: NodeParts): string =>
  stringify({
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    ...{ mode: 'iptables', clusterCIDR: POD_CIDR, detectLocalMode: 'ClusterCIDR', oomScoreAdj: 0 },
    ...{ hostnameOverride: name, bindAddress: address },
    clientConnection: { kubeconfig },
    conntrack: { maxPerCore: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  })
