const SHORT: Readonly<Record<string, string>> = {
  ...{ deploy: 'deployment', sts: 'statefulset', ds: 'daemonset', rs: 'replicaset', po: 'pod' },
  ...{ svc: 'service', cm: 'configmap', sa: 'serviceaccount', ns: 'namespace', cj: 'cronjob', ev: 'event' },
  ...{ netpol: 'networkpolicy', hpa: 'horizontalpodautoscaler', pdb: 'poddisruptionbudget' },
  ...{ pvc: 'persistentvolumeclaim', pv: 'persistentvolume', pc: 'priorityclass', quota: 'resourcequota' },
  ...{ limits: 'limitrange', ks: 'kustomization', app: 'application', ep: 'endpoint' },
}

/** The kind that a word of kubectl means, in lower case: `deploy`, `deployments`, `Deployment.apps/redis`. */
export function kindOf(word: string): string {
  const name = ((word.split('/')[0] ?? '').split('.')[0] ?? '').toLowerCase()
  return SHORT[name] ?? singular(name)
}

/** The kinds of `deployments,services`. */
export const kindsOf = (word: string): readonly string[] => word.split(',').map(kindOf)

function singular(name: string): string {
  if (name.endsWith('ies')) return name.replace(/ies$/, 'y')
  if (name.endsWith('sses')) return name.replace(/es$/, '')
  return name.endsWith('ss') ? name : name.replace(/s$/, '')
}
