using Byon.Infra.Provision;
using Byon.Platform;
using Byon.Platform.Stores;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

// byon-provision FILE: writes the subscribers of a file into the table, their passwords sealed with the pool's key. The settings
// are those of the programs: Storage__… and Control__PoolKey.
return await Provisioning.RunAsync(args, new ConfigurationBuilder().AddEnvironmentVariables().Build(), Console.Out, Console.Error);

namespace Byon.Infra.Provision
{
    public static class Provisioning
    {
        /// <returns>0, or 2 where nothing was written because of what is told on <paramref name="errors"/>.</returns>
        public static async Task<int> RunAsync(IReadOnlyList<string> arguments, IConfiguration configuration, TextWriter output, TextWriter errors)
        {
            ArgumentNullException.ThrowIfNull(arguments);
            ArgumentNullException.ThrowIfNull(output);
            ArgumentNullException.ThrowIfNull(errors);
            if (arguments is not [var file] || !File.Exists(file)) return await ComplainAsync("Name the file of subscribers: byon subscribers FILE.");
            var (entries, problem) = SubscriberEntry.Read(await File.ReadAllTextAsync(file));
            if (problem is not null) return await ComplainAsync($"{file}: {problem}");

            await using var services = new ServiceCollection().AddPlatform(configuration).BuildServiceProvider();
            SubscriberStore store;
            try
            {
                store = services.GetRequiredService<SubscriberStore>();
            }
            catch (OptionsValidationException wrong)
            {
                return await ComplainAsync(wrong.Message);
            }

            foreach (var entry in entries) await store.PutAsync(entry.ToRecord(), CancellationToken.None);
            await output.WriteLineAsync($"{entries.Count} subscribers are provisioned.");
            return 0;

            async Task<int> ComplainAsync(string complaint)
            {
                await errors.WriteLineAsync(complaint);
                return 2;
            }
        }
    }
}
