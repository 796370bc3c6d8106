// Pulumi's test deployment is one per process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
