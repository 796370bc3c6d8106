using Microsoft.Extensions.Options;

namespace Byon.Functions.Businesses;

/// <summary>Section "Businesses": clients that speak for themselves, with two-legged tokens, and the numbers they may use.</summary>
internal sealed class BusinessOptions
{
    public List<BusinessClient> Clients { get; set; } = [];

    /// <summary>What is wrong with the settings; null for nothing.</summary>
    public string? Fault()
    {
        HashSet<string> clients = [], numbers = [];
        foreach (var client in Clients)
        {
            if (client.ClientId.Length == 0 || !clients.Add(client.ClientId))
            {
                return "Businesses: every client needs a ClientId of its own.";
            }

            if (NumberList.TryParse(client.Numbers) is not { Count: > 0 } own || NumberList.TryParse(client.CalledNumbers) is not { } called)
            {
                return $"Businesses: Numbers and CalledNumbers of {client.ClientId} must be numbers like +34910000000 or ranges like +34910000000-+34910000099, "
                    + $"separated by commas, {NumberList.Maximum} at most, and Numbers not empty.";
            }

            if (client.DrawsNumbers && called.Count == 0)
            {
                return $"Businesses: {client.ClientId} draws its numbers, so whom it calls must be fixed: set CalledNumbers.";
            }

            if (!own.All(numbers.Add))
            {
                return $"Businesses: a number of {client.ClientId} is another client's, or there twice.";
            }
        }

        return null;
    }
}

/// <summary>A fault stops the start, and says which client it is of.</summary>
internal sealed class ValidBusinesses : IValidateOptions<BusinessOptions>
{
    public ValidateOptionsResult Validate(string? name, BusinessOptions options) =>
        options.Fault() is { } fault ? ValidateOptionsResult.Fail(fault) : ValidateOptionsResult.Success;
}

internal sealed class BusinessClient
{
    /// <summary>As in the tokens.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>Numbers it may register: E.164 with plus, ranges with a dash, separated by commas.</summary>
    public string Numbers { get; set; } = "";

    /// <summary>Click-to-call: each device gets a number of its own, drawn from <see cref="Numbers"/> and returned to them.</summary>
    public bool DrawsNumbers { get; set; }

    /// <summary>The only numbers it may call, in the form of <see cref="Numbers"/>; empty for any.</summary>
    public string CalledNumbers { get; set; } = "";
}
