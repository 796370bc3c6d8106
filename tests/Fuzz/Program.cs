using System.Globalization;
using Byon.Tests.Fuzz;
using Byon.Tests.TestKit;

var minutes = 1.0;
var seed = Environment.TickCount;
var names = new List<string>();
for (var i = 0; i < args.Length; i++)
{
    if (args[i] is "--minutes" or "--seed")
    {
        if (i + 1 == args.Length || !double.TryParse(args[i + 1], CultureInfo.InvariantCulture, out var number) || number <= 0)
        {
            Console.Error.WriteLine($"{args[i]} needs a number above nought.");
            return 2;
        }

        if (args[i++] == "--minutes") minutes = number;
        else seed = (int)number;
    }
    else
    {
        names.Add(args[i]);
    }
}

foreach (var name in names.Where(name => FuzzTargets.All.All(t => t.Name != name)))
{
    Console.Error.WriteLine($"There is no target '{name}'. There are: {string.Join(' ', FuzzTargets.All.Select(t => t.Name))}");
    return 2;
}

var targets = FuzzTargets.All.Where(t => names.Count == 0 || names.Contains(t.Name)).ToArray();
return LongRun.Of(targets, TimeSpan.FromMinutes(minutes), seed, RepositoryRoot.Combine("out", "fuzz")) == 0 ? 0 : 1;
