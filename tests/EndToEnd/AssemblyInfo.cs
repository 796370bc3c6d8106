// Two cores carry a browser, a registrar, phones and the whole product: one case at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
