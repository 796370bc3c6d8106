using Byon.Infra.Reference;

// byon-reference FILE...: brings the generated tables of these Markdown files up to date.
foreach (var file in args)
{
    var page = File.ReadAllText(file);
    var fresh = GeneratedTables.Refresh(page);
    if (fresh != page) File.WriteAllText(file, fresh);
    Console.WriteLine(fresh == page ? $"{file} is up to date." : $"{file} is written anew.");
}
