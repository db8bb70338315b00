/** A way to quantise whose codes cannot be read here, known by name so that it can be refused by name. */
export interface Scheme {
  /** As its users call it. */
  readonly name: string;
  /** Values of `quant_method` that mean it. */
  readonly methods: readonly string[];
  /** Names of tensors that stand beside its codes, or hold them, and that no full-precision model has. */
  readonly marks?: RegExp;
  /** What its makers offer for going back to full precision: code or a command. Absent: there is no faithful way. */
  readonly way?: string;
}

const DEQUANTIZE = 'model.dequantize(); model.save_pretrained("…")';

/**
 * Where names are shared (`qweight`), the more particular scheme comes first: it is the first whose mark is found that counts
 * when config.json says nothing.
 */
export const SCHEMES: readonly Scheme[] = [
  {
    name: "bitsandbytes 4-bit",
    methods: ["bitsandbytes_4bit"],
    marks: /\.(nested_)?(absmax|quant_map)$|\.quant_state\.bitsandbytes__\w+$/,
    way: DEQUANTIZE,
  },
  { name: "bitsandbytes 8-bit", methods: ["bitsandbytes_8bit"], marks: /(^|\.)(SCB|weight_format)$/, way: DEQUANTIZE },
  { name: "bitsandbytes", methods: ["bitsandbytes"], way: DEQUANTIZE },
  {
    name: "MXFP4",
    methods: ["mxfp4"],
    marks: /[._]blocks$/,
    way: "from_pretrained(…, quantization_config=Mxfp4Config(dequantize=True))",
  },
  { name: "NVFP4", methods: ["nvfp4"], marks: /\.weight_(scale_2|global_scale)$/ },
  {
    name: "compressed-tensors",
    methods: ["compressed-tensors", "sparseml"],
    marks: /\.weight_(packed|shape|zero_point|g_idx)$|\.bitmask$/,
    way: "from_pretrained(…, quantization_config=CompressedTensorsConfig(run_compressed=False))",
  },
  { name: "HQQ", methods: ["hqq"], marks: /(^|\.)W_q$/ },
  { name: "EETQ", methods: ["eetq"], marks: /\.weight_scales$/ },
  { name: "quanto", methods: ["quanto"], marks: /\.weight(\._data|\._scale|_qtype)$/ },
  { name: "torchao", methods: ["torchao"], marks: /(:_data|weight_qdata)$/ },
  { name: "AQLM", methods: ["aqlm"], marks: /\.codes$/ },
  { name: "VPTQ", methods: ["vptq"], marks: /\.(res_|outlier_)?centroids(\.weight)?$/ },
  { name: "QuIP#", methods: ["quip", "quip#", "quip-sharp"], marks: /\.Qidxs\w*$/ },
  { name: "SpQR", methods: ["spqr"], marks: /\.(dense_weights|col_vals)$/ },
  { name: "FP-Quant", methods: ["fp_quant"], marks: /\.(forward|backward)_hadamard_matrix$/ },
  { name: "EXL2", methods: ["exl2"], marks: /\.(q_weight|q_invperm|q_group_map)$/ },
  { name: "EXL3", methods: ["exl3"], marks: /\.trellis$/ },
  { name: "GPTQ", methods: ["gptq", "gptqmodel", "gptq_marlin", "marlin"], marks: /\.g_idx$/ },
  { name: "AWQ", methods: ["awq", "awq_marlin", "llm-awq"] },
  { name: "AutoRound", methods: ["auto-round", "auto_round", "intel/auto-round"] },
  { name: "GPTQ or AWQ", methods: [], marks: /\.(qweight|qzeros)$/ },
  { name: "MLX", methods: ["mlx"], way: "mlx_lm.convert --hf-path … --dequantize" },
  { name: "HIGGS", methods: ["higgs"], way: DEQUANTIZE },
  { name: "BitNet", methods: ["bitnet"] },
  { name: "Quark", methods: ["quark"] },
  { name: "ModelOpt", methods: ["modelopt", "modelopt_fp4", "modelopt_mixed"] },
  {
    name: "fp8",
    methods: ["fp8", "fbgemm_fp8"],
    way: "from_pretrained(…, quantization_config=FineGrainedFP8Config(dequantize=True))",
  },
];

/** The scheme that a `quant_method` names. */
export function schemeOf(method: string): Scheme | undefined {
  return SCHEMES.find(({ methods }) => methods.includes(method.toLowerCase()));
}
