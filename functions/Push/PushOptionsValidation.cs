using Microsoft.Extensions.Options;

namespace Byon.Functions.Push;

/// <summary>Stops a start with the name of the setting that is wrong.</summary>
internal sealed class PushOptionsValidation : IValidateOptions<PushOptions>
{
    public ValidateOptionsResult Validate(string? name, PushOptions options) =>
        options.Fault() is { } fault ? ValidateOptionsResult.Fail(fault) : ValidateOptionsResult.Success;
}
