/** A pod that does nothing, and whose network is that of a component. */
export type Idle = Readonly<{ component: string; namespace: string }>

/** For components whose pods come and go, for one that nobody knows, and one of another namespace. */
export const idlesFor = (namespace: string): readonly Idle[] => [
  { component: 'cdb-migrate', namespace },
  { component: 'postgresql-backup', namespace },
  { component: 'stranger', namespace },
  { component: 'cdb-risk', namespace: 'default' },
]

export const nameOfIdle = (component: string): string => `idle-${component}`

/** The pod as a manifest; its image has Node. */
export const idlePod = ({ component, namespace, image }: Idle & Readonly<{ image: string }>): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    ...{ name: nameOfIdle(component), namespace },
    labels: { 'app.kubernetes.io/name': component },
  },
  spec: {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 0,
    securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        ...{ name: 'idle', image, command: ['node', '--eval', 'setInterval(() => {}, 1e6)'] },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
  },
})
